/*
 * A program in place of ffmpeg that tries what a hole in ffmpeg would let it try, and prints a line for each success:
 *
 *   attacks INPUT OUTPUT SECRET OTHER ANYWHERE PARENT TCP UDP SOCKET ABSTRACT LIMIT SETUID
 *
 * SECRET is a file of the service, OTHER one of another task, ANYWHERE a folder that all may write to, PARENT the process that
 * has started it, LIMIT the bytes that a file may have, SETUID a copy of this program that belongs to root and is set-uid.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void report(const char *attack, int success) {
  if (success) puts(attack);
  fflush(stdout);
}

static int can_open(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC, 0600);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

/* Opening /proc/PID/environ may succeed where reading does not. */
static int can_read(const char *format, const char *pid) {
  char path[64], byte;
  snprintf(path, sizeof path, format, pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd >= 0 && read(fd, &byte, 1) == 1;
}

static int can_change(const char *path) {
  int changed = can_open(path, O_WRONLY);
  changed |= chmod(path, 0644) == 0;
  changed |= can_open(path, O_RDONLY | O_TRUNC);
  changed |= truncate(path, 0) == 0;
  return changed;
}

static int can_list(const char *file) {
  char folder[4096];
  snprintf(folder, sizeof folder, "%s", file);
  *strrchr(folder, '/') = 0;
  DIR *found = opendir(folder);
  return found && readdir(found);
}

static int can_create(const char *folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/created-%d", folder, getpid());
  int created = can_open(path, O_WRONLY | O_CREAT);
  unlink(path);
  return created;
}

static int can_connect(int type, const char *port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, type, 0);
  if (fd < 0) return 0;
  if (type == SOCK_DGRAM) return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1;
  return connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
}

static int can_reach(const char *name, int abstract) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path + abstract, name, sizeof to.sun_path - 2);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1;
  return fd >= 0 && connect(fd, (struct sockaddr *)&to, size) == 0;
}

/* An address that nothing can have is a fault; without the right to read, the kernel does not look at it. */
static int can_read_memory(pid_t pid) {
  char byte, path[64];
  struct iovec own = {&byte, 1}, other = {(void *)1, 1};
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  return can_open(path, O_RDWR) || (process_vm_readv(pid, &own, 1, &other, 1, 0) < 0 && errno == EFAULT);
}

static int forks(int wanted) {
  int made = 0;
  for (; made < wanted; made++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0) break;
    waitpid(child, NULL, 0);
  }
  return made;
}

/* Bytes that can be kept: in the output, and in ten new files. */
static long fill(const char *output, const char *anywhere, long limit) {
  static char block[65536];
  long kept = 0;
  signal(SIGXFSZ, SIG_IGN);
  for (int file = 0; file < 11; file++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/fill-%d-%d", anywhere, getpid(), file);
    int fd = open(file == 0 ? output : path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ssize_t bytes = 0;
    for (long own = 0; fd >= 0 && own < 4 * limit && (bytes = write(fd, block, sizeof block)) > 0; own += bytes) kept += bytes;
    if (file > 0) unlink(path);
  }
  return kept;
}

int main(int count, char **words) {
  if (count == 2) {
    report("run a set-uid program", geteuid() == 0);
    return 0;
  }
  if (count != 13) return 2;
  const char *output = words[2], *anywhere = words[5];
  pid_t parent = atoi(words[6]);
  report("read its input", can_open(words[1], O_RDONLY));
  report("write its output", can_open(output, O_WRONLY));
  report("read /etc/passwd", can_open("/etc/passwd", O_RDONLY));
  report("read the service's keys", can_open(words[3], O_RDONLY));
  report("read another task's file", can_open(words[4], O_RDONLY));
  struct stat found;
  report("see that a file exists", stat(words[4], &found) == 0);
  report("list a folder", can_list(words[4]));
  report("change its input", can_change(words[1]));
  report("change another task's file", can_change(words[4]));
  report("write a file elsewhere", can_create(anywhere));
  report("read the environment of its parent", can_read("/proc/%s/environ", words[6]));
  report("read the memory of its parent", can_read_memory(parent));
  report("connect to loopback by TCP", can_connect(SOCK_STREAM, words[7]));
  report("send by UDP", can_connect(SOCK_DGRAM, words[8]));
  report("connect to a Unix socket of the file system", can_reach(words[9], 0));
  report("connect to an abstract Unix socket", can_reach(words[10], 1));
  report("signal its parent", kill(parent, 0) == 0);
  report("trace its parent", ptrace(PTRACE_SEIZE, parent, 0, 0) == 0);
  report("start 1,000 processes", forks(1000) > 0);
  report("fill the disk", fill(output, anywhere, atol(words[11])) > atol(words[11]));
  execl(words[12], words[12], "identity", NULL);
  return 0;
}
