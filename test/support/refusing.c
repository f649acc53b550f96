/*
 * Runs a program for which the kernel refuses system calls, as it does in a container:
 *
 *   refusing KIND ... -- PROGRAM ARGUMENTS
 *
 * `namespaces`: as Docker's own filter does; `landlock`: as gVisor and old kernels do, which know no such call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_filter filter[32] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
static int length = 1;

static void refuse(int number, int error) {
  filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
}

int main(int count, char **words) {
  int at = 1;
  for (; at < count && strcmp(words[at], "--") != 0; at++) {
    if (strcmp(words[at], "namespaces") == 0) {
      refuse(SYS_unshare, EPERM);
      refuse(SYS_mount, EPERM);
      refuse(SYS_pivot_root, EPERM);
      refuse(SYS_setns, EPERM);
    }
    if (strcmp(words[at], "landlock") == 0) refuse(444, ENOSYS);
  }
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, filter};
  if (at + 1 >= count || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return 125;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) return 125;
  execvp(words[at + 1], words + at + 1);
  return 127;
}
