/*
 * Confines itself and becomes another program, so that the process stays the same one:
 *
 *   launcher [--landlock | --pivot] [--network] [--user UID] [--memory BYTES] [--cpu SECONDS] [--file BYTES] [--open COUNT]
 *            [--fork] [--read PATH] [--run PATH] [--write PATH] ... -- PROGRAM ARGUMENTS
 *   launcher abi            prints the version of Landlock, 0 if there is none
 *   launcher trial PATH     prints what it can do of what a sandbox must stop
 *
 * A step that fails ends it with the code 125. Sources: landlock(7), seccomp(2), mount_namespaces(7), capabilities(7).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the numbers of system calls are known for x86_64 and aarch64"
#endif

enum { CANNOT_CONFINE = 125, CANNOT_RUN = 126, NOT_FOUND = 127 };
enum { MOST_PATHS = 256 };

static void fail(const char *step) {
  fprintf(stderr, "launcher: %s: %s\n", step, strerror(errno));
  exit(CANNOT_CONFINE);
}

/* ---- Landlock. Older headers lack the names; the numbers are the same on every architecture. ---- */

#define LANDLOCK_CREATE 444
#define LANDLOCK_ADD 445
#define LANDLOCK_RESTRICT 446
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_TRUNCATE (1ULL << 14)

struct ruleset { uint64_t fs, net, scoped; };
struct __attribute__((packed)) beneath { uint64_t allowed; int32_t folder; };

/* Rights on files that each version of Landlock knows: 13 in the first, then REFER, TRUNCATE, none, IOCTL_DEV. */
static uint64_t known_rights(long abi) {
  int bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  return (1ULL << bits) - 1;
}

static long landlock_abi(void) {
  long abi = syscall(LANDLOCK_CREATE, NULL, 0, 1);
  return abi < 0 ? 0 : abi;
}

/* ---- Files that the program may use. ---- */

struct allowed { char kind; const char *path; int fd; };
static struct allowed files[MOST_PATHS];
static int file_count;

static void allow(char kind, const char *path) {
  if (file_count == MOST_PATHS) { errno = E2BIG; fail("paths"); }
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) fail(path);
  files[file_count++] = (struct allowed){kind, path, fd};
}

static int landlock_ruleset(void) {
  long abi = landlock_abi();
  /* Versions before 4 and 6 take a shorter struct: what they do not know must not be handed over. */
  struct ruleset wanted = {known_rights(abi), 3, 3};
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int ruleset = syscall(LANDLOCK_CREATE, &wanted, size, 0);
  if (ruleset < 0) fail("Landlock");
  for (int i = 0; i < file_count; i++) {
    uint64_t rights = FS_READ_FILE;
    if (files[i].kind == 'x') rights |= FS_EXECUTE;
    if (files[i].kind == 'w') rights |= FS_WRITE_FILE | FS_TRUNCATE;
    struct beneath rule = {rights & wanted.fs, files[i].fd};
    if (syscall(LANDLOCK_ADD, ruleset, 1, &rule, 0) < 0) fail(files[i].path);
  }
  return ruleset;
}

/* ---- Namespaces. ---- */

static void write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(path);
  close(fd);
}

/* Without privileges a namespace of users comes first, in which this user stays itself. */
static void enter_namespaces(int spaces) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  if (uid == 0 && unshare(spaces) == 0) return;
  if (unshare(spaces | CLONE_NEWUSER) < 0) fail("namespaces");
  char map[64];
  write_text("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "%d %d 1", (int)uid, (int)uid);
  write_text("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "%d %d 1", (int)gid, (int)gid);
  write_text("/proc/self/gid_map", map);
}

/* Makes the folders above a path of the new root. */
static void make_above(char *path) {
  for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
    *at = 0;
    if (mkdir(path, 0755) < 0 && errno != EEXIST) fail(path);
    *at = '/';
  }
}

/* Flags that a mount has must stay, since a namespace of users can't remove them. */
static unsigned long kept_flags(const char *path) {
  struct statvfs found;
  if (statvfs(path, &found) < 0) fail(path);
  unsigned long flags = 0;
  if (found.f_flag & ST_RDONLY) flags |= MS_RDONLY;
  if (found.f_flag & ST_NODEV) flags |= MS_NODEV;
  if (found.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
  if (found.f_flag & ST_NOATIME) flags |= MS_NOATIME;
  if (found.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
  if (found.f_flag & ST_RELATIME) flags |= MS_RELATIME;
  return flags | MS_NOSUID;
}

static void show(const char *root, const struct allowed *file) {
  char target[PATH_MAX];
  struct stat found;
  if (snprintf(target, sizeof target, "%s%s", root, file->path) >= (int)sizeof target) { errno = ENAMETOOLONG; fail("path"); }
  if (fstat(file->fd, &found) < 0) fail(file->path);
  make_above(target);
  if (S_ISDIR(found.st_mode)) {
    if (mkdir(target, 0755) < 0 && errno != EEXIST) fail(target);
  } else {
    int fd = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) fail(target);
    close(fd);
  }
  if (mount(file->path, target, NULL, MS_BIND | MS_REC, NULL) < 0) fail(file->path);
  unsigned long flags = kept_flags(target) | (file->kind == 'w' ? 0 : MS_RDONLY);
  if (S_ISCHR(found.st_mode)) flags &= ~MS_RDONLY; else flags |= MS_NODEV;
  if (mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | flags, NULL) < 0) fail(target);
}

/* The working folder becomes the root, with the allowed files at their own paths and nothing else. */
static void pivot(void) {
  char folder[PATH_MAX], inside[PATH_MAX * 2];
  if (!getcwd(folder, sizeof folder)) fail("working folder");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("private mounts");
  if (mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755") < 0) fail("tmpfs");
  for (int i = 0; i < file_count; i++) show(folder, &files[i]);
  snprintf(inside, sizeof inside, "%s%s/", folder, folder);
  make_above(inside);
  if (mount(NULL, folder, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0) fail("read-only root");
  if (chdir(folder) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0) fail("pivot_root");
  if (chdir(folder) < 0) fail("working folder");
}

/* ---- Another user, who may read what the service may; what is left to read, Landlock or the new root decide. ---- */

/* Keeps one capability, which the program inherits; -1: none. The others end when the program begins. */
static void set_capabilities(int inherited, uint32_t until_then) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  if (inherited >= 0) data[0].inheritable = 1u << inherited;
  data[0].effective = data[0].permitted = data[0].inheritable | until_then;
  if (syscall(SYS_capset, &header, data) < 0) fail("capabilities");
  if (inherited >= 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, inherited, 0, 0) < 0) fail("capabilities");
}

static int has_capability(int one) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  return syscall(SYS_capget, &header, data) == 0 && (data[0].permitted >> one) & 1;
}

/* Opens the files as another user would, with its one right. A share asks the user itself: NFS its server, FUSE its owner. */
static int opens_as(uid_t user) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct own[2], other[2];
  if (syscall(SYS_capget, &header, own) < 0) fail("capabilities");
  setfsgid(user);
  setfsuid(user);
  memcpy(other, own, sizeof own);
  int reading = has_capability(CAP_DAC_READ_SEARCH) ? CAP_DAC_READ_SEARCH : CAP_DAC_OVERRIDE;
  other[0].effective = 1u << reading;
  other[1].effective = 0;
  if (syscall(SYS_capset, &header, other) < 0) fail("capabilities");
  int refused = 0;
  for (int i = 0; i < file_count; i++) {
    if (files[i].kind == 'x') continue;
    int fd = open(files[i].path, (files[i].kind == 'w' ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd >= 0) close(fd);
    else if (errno == EACCES || errno == EPERM) refused = 1;
  }
  setfsuid(0);
  setfsgid(0);
  if (syscall(SYS_capset, &header, own) < 0) fail("capabilities");
  return !refused;
}

/* Stays root, without any capability: what the other user was to write belongs to root then. */
static void stay(void) {
  for (int i = 0; i < file_count; i++) {
    struct stat found;
    if (files[i].kind != 'w' || fstat(files[i].fd, &found) < 0 || !S_ISREG(found.st_mode)) continue;
    if (chown(files[i].path, 0, 0) < 0) fail(files[i].path);
  }
  set_capabilities(-1, 0);
}

static void become(uid_t user) {
  /* A container may have the second alone. It also starts a program that only its owner may run, as npm unpacks some. */
  int reading = has_capability(CAP_DAC_READ_SEARCH) ? CAP_DAC_READ_SEARCH : CAP_DAC_OVERRIDE;
  uint32_t starting = has_capability(CAP_DAC_OVERRIDE) ? 1u << CAP_DAC_OVERRIDE : 0;
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(0, NULL) < 0) fail("groups");
  if (setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0) fail("user");
  set_capabilities(reading, starting);
}

/* ---- System calls that no decoder needs. ---- */

/* Refused as if the kernel had not been asked. */
static const int REFUSED[] = {
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_setpriority, SYS_sched_setscheduler,
    SYS_sched_setparam, SYS_sched_setattr, SYS_sched_setaffinity, SYS_ioprio_set, SYS_move_pages, SYS_migrate_pages,
    SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, 424 /* pidfd_send_signal */, 434 /* pidfd_open */,
    438 /* pidfd_getfd */, 440 /* process_madvise */, 448 /* process_mrelease */, SYS_setpgid, SYS_setsid,
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_personality,
    428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */, 432 /* fsmount */, 433 /* fspick */, 442 /* mount_setattr */,
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, 425 /* io_uring_setup */, 426, 427, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_memfd_create, 447 /* memfd_secret */, SYS_shmget, SYS_shmat, SYS_msgget,
    SYS_semget, SYS_mq_open, SYS_mq_unlink, SYS_inotify_init1, SYS_fanotify_init, SYS_acct, SYS_syslog, SYS_quotactl,
    /* Landlock does not cover these, and truncation only from its third version on. */
    SYS_truncate, SYS_fchmod, SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, 463 /* setxattrat */, 466 /* removexattrat */,
#ifdef SYS_open
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_creat, SYS_inotify_init,
#endif
};

/* Said to be missing: the C library takes an older call, whose arguments the filter can read. */
static const int MISSING[] = {435 /* clone3 */, 437 /* openat2 */};

static struct sock_filter filter[512];
static int filter_length;

static void add(uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
  filter[filter_length++] = (struct sock_filter){code, yes, no, k};
}
static void load(uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
static void answer(uint32_t value) { add(BPF_RET | BPF_K, value, 0, 0); }
static void load_argument(int index) { load(offsetof(struct seccomp_data, args) + index * 8); }
static void load_number(void) { load(offsetof(struct seccomp_data, nr)); }

static void refuse(int number, int error) {
  add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
  answer(SECCOMP_RET_ERRNO | error);
}

/* Refuses a call unless an argument, masked, has the value. */
static void require(int number, int argument, uint32_t mask, uint32_t value) {
  add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 5);
  load_argument(argument);
  add(BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
  add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
  answer(SECCOMP_RET_ERRNO | EPERM);
  load_number();
}

/* A file can be truncated though it is opened for reading, which Landlock sees from its third version on. */
static void refuse_truncation(int number, int argument) {
  add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 5);
  load_argument(argument);
  add(BPF_ALU | BPF_AND | BPF_K, O_ACCMODE | O_TRUNC, 0, 0);
  add(BPF_JMP | BPF_JEQ | BPF_K, O_RDONLY | O_TRUNC, 0, 1);
  answer(SECCOMP_RET_ERRNO | EPERM);
  load_number();
}

static void filter_calls(int may_fork) {
  load(offsetof(struct seccomp_data, arch));
  add(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  answer(SECCOMP_RET_KILL_PROCESS);
  load_number();
#ifdef __x86_64__
  add(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* the numbers of x32 */
  answer(SECCOMP_RET_ERRNO | ENOSYS);
#endif
  for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) refuse(REFUSED[i], EPERM);
  for (size_t i = 0; i < sizeof MISSING / sizeof *MISSING; i++) refuse(MISSING[i], ENOSYS);
  if (!may_fork) {
    require(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD);
#ifdef SYS_fork
    refuse(SYS_fork, EPERM);
    refuse(SYS_vfork, EPERM);
#endif
  } else {
    require(SYS_clone, 0, CLONE_NEWUSER, 0);
  }
  /* abort() and threads signal their own process. */
  require(SYS_kill, 0, UINT32_MAX, getpid());
  if (!may_fork) require(SYS_tgkill, 0, UINT32_MAX, getpid());
  require(SYS_prlimit64, 0, UINT32_MAX, 0);
  refuse_truncation(SYS_openat, 2);
#ifdef SYS_open
  refuse_truncation(SYS_open, 1);
#endif
  answer(SECCOMP_RET_ALLOW);
  struct sock_fprog program = {filter_length, filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) fail("seccomp");
}

/* ---- Limits. ---- */

static void limit(int resource, const char *value) {
  if (!value) return;
  rlim_t most = strtoull(value, NULL, 10);
  struct rlimit present;
  if (getrlimit(resource, &present) < 0) fail("limit");
  /* A limit of the service itself may be lower, and only root may raise it. */
  if (most > present.rlim_max) most = present.rlim_max;
  struct rlimit both = {most, most};
  if (setrlimit(resource, &both) < 0) fail("limit");
}

/* ---- The trial: each line is something that succeeded. ---- */

static int trial(const char *path) {
  if (open(path, O_RDONLY) >= 0) puts("files");
  struct sockaddr_in nowhere = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  if (udp >= 0 && connect(udp, (struct sockaddr *)&nowhere, sizeof nowhere) == 0) puts("network");
  if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0) puts("sockets");
  if (kill(getppid(), 0) == 0) puts("signals");
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) { waitpid(child, NULL, 0); puts("processes"); }
  return 0;
}

int main(int count, char **words) {
  if (count == 2 && strcmp(words[1], "abi") == 0) return printf("%ld\n", landlock_abi()) < 0;
  if (count == 3 && strcmp(words[1], "trial") == 0) return trial(words[2]);
  int landlock = 0, pivoting = 0, network = 0, may_fork = 0, at = 1;
  const char *user = NULL, *memory = NULL, *cpu = NULL, *file = NULL, *open_files = NULL;
  for (; at < count && strcmp(words[at], "--") != 0; at++) {
    const char *word = words[at];
    if (strcmp(word, "--landlock") == 0) landlock = 1;
    else if (strcmp(word, "--pivot") == 0) pivoting = 1;
    else if (strcmp(word, "--network") == 0) network = 1;
    else if (strcmp(word, "--fork") == 0) may_fork = 1;
    else if (++at == count) { errno = EINVAL; fail(word); }
    else if (strcmp(word, "--user") == 0) user = words[at];
    else if (strcmp(word, "--memory") == 0) memory = words[at];
    else if (strcmp(word, "--cpu") == 0) cpu = words[at];
    else if (strcmp(word, "--file") == 0) file = words[at];
    else if (strcmp(word, "--open") == 0) open_files = words[at];
    else if (strcmp(word, "--read") == 0) allow('r', words[at]);
    else if (strcmp(word, "--run") == 0) allow('x', words[at]);
    else if (strcmp(word, "--write") == 0) allow('w', words[at]);
    else { errno = EINVAL; fail(word); }
  }
  if (at + 1 >= count) { errno = EINVAL; fail("no program"); }
  int spaces = (network ? CLONE_NEWNET : 0) | (pivoting ? CLONE_NEWNS : 0);
  if (spaces) enter_namespaces(spaces);
  if (pivoting) pivot();
  int ruleset = landlock ? landlock_ruleset() : -1;
  if (user && opens_as(strtoul(user, NULL, 10))) become(strtoul(user, NULL, 10));
  else if (user) stay();
  else if (geteuid() == 0) set_capabilities(-1, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail("no new privileges");
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail("signal of the parent's death");
  if (landlock && syscall(LANDLOCK_RESTRICT, ruleset, 0) < 0) fail("Landlock");
  limit(RLIMIT_CORE, "0");
  limit(RLIMIT_NOFILE, open_files);
  limit(RLIMIT_FSIZE, file);
  limit(RLIMIT_CPU, cpu);
  filter_calls(may_fork);
  limit(RLIMIT_AS, memory);
  execv(words[at + 1], words + at + 1);
  int code = errno == ENOENT || errno == ENOMEM ? NOT_FOUND : CANNOT_RUN;
  fprintf(stderr, "launcher: %s: %s\n", words[at + 1], strerror(errno));
  return code;
}
