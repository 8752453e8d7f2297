/*
 * Makes system calls for the live tests, in processes that are set up call by call.
 *
 *   agent agent DIR    as root: reads commands from stdin, one a line, and answers each with one line on stdout
 *   agent task         a process of it that has executed this program anew; its commands come over descriptor 3
 *
 * The first form lives in mount, pid, uts, ipc and network namespaces of its own: when it ends, by end of input or by a
 * signal, every process and mount that it made ends with it. DIR is where it mounts.
 *
 * A command is "PROCESS OPERATION ARGUMENT...". Process 0 is the agent itself (pid 1 of its pid namespace); others are
 * made with "0 fork N" and inherit its descriptors from 100 to 499. Bytes are written as hex digits.
 *
 *   sys NAME ARG...         a system call: 12 a number, s6869 text, b0102 bytes in and out, o16 sixteen bytes out,
 *                           z16 sixteen bytes in, each 0;
 *                           answers "RESULT ERRNO HEX..." with the bytes of each b and o
 *   trace PID               PTRACE_SEIZE by a child of the process, detached when it ends; by itself for itself
 *   sendcred FD PID UID GID | sendcred FD implicit | sendfd FD PASSED     one byte over a socket
 *   recv FD                 answers "RESULT ERRNO PID UID GID PASSED", -1 for what the message does not carry
 *   exec PATH               the process goes on as the program at PATH (this one); answers "0 0 AT_SECURE"
 *   end                     the process ends; answers nothing
 *   forkmany N              the process forks until N children are there or one is refused, and ends them;
 *                           answers "COUNT ERRNO"
 *   copy PATH               (process 0) writes this program to PATH
 *   fork N, reset           (process 0) make process N: answers its pid; end all processes
 *   forkfrom M N            (process 0) have process M fork process N: answers its pid
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTROL 3          /* a process's end of its control socket */
#define FIRST_PRIVATE 500  /* descriptors from here up are the agent's own */
#define MAX_PROCESSES 256
#define LINE_BYTES 65536
#define ANSWER_BYTES 65536
#define ANSWER_TIMEOUT_MS 5000
#define COMMAND_ARGS 12

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

static const struct {
  const char *name;
  long number;
} CALLS[] = {
#define CALL(name) {#name, SYS_##name}
    CALL(setuid), CALL(setgid), CALL(setreuid), CALL(setregid), CALL(setresuid), CALL(setresgid), CALL(setfsuid),
    CALL(setfsgid), CALL(setgroups), CALL(capset), CALL(prctl), CALL(unshare), CALL(setns), CALL(setsid),
    CALL(umask), CALL(getpid), CALL(openat), CALL(close), CALL(read), CALL(write), CALL(pwrite64), CALL(lseek),
    CALL(ioctl), CALL(fcntl), CALL(statx), CALL(truncate), CALL(mkdirat), CALL(mknodat), CALL(symlinkat),
    CALL(linkat), CALL(unlinkat), CALL(renameat2), CALL(fchmodat), CALL(fchownat), CALL(utimensat), CALL(faccessat),
    CALL(faccessat2), CALL(lsetxattr), CALL(lgetxattr), CALL(lremovexattr), CALL(getdents64), CALL(readlinkat),
    CALL(kill), CALL(get_robust_list), CALL(pidfd_open), CALL(pidfd_getfd), CALL(setpriority), CALL(prlimit64),
    CALL(sethostname), CALL(open_tree), CALL(open_tree_attr), CALL(move_mount), CALL(mount_setattr), CALL(fsopen),
    CALL(fsconfig), CALL(fsmount), CALL(mount), CALL(umount2), CALL(socket), CALL(socketpair), CALL(bind),
    CALL(listen), CALL(connect), CALL(accept4), CALL(getsockopt), CALL(setsockopt), CALL(chdir), CALL(pivot_root),
    CALL(waitid), CALL(rt_sigprocmask), CALL(rt_sigtimedwait), CALL(getpriority), CALL(shmget), CALL(shmctl),
    CALL(copy_file_range), CALL(add_key), CALL(keyctl), CALL(membarrier),
#undef CALL
};

static char answer[ANSWER_BYTES];

static void say(const char *format, ...) {
  va_list args;
  va_start(args, format);
  size_t length = strlen(answer);
  vsnprintf(answer + length, sizeof answer - length, format, args);
  va_end(args);
}

static void say_result(long result) { say("%ld %d", result, result == -1 ? errno : 0); }

/* Hex digits to bytes, in place; returns how many. */
static size_t unhex(char *digits) {
  size_t bytes = strlen(digits) / 2;
  for (size_t at = 0; at < bytes; at++) {
    unsigned value;
    sscanf(digits + 2 * at, "%2x", &value);
    digits[at] = (char)value;
  }
  digits[bytes] = 0;
  return bytes;
}

static long make_call(int count, char **args) {
  long values[6] = {0};
  char *buffers[6] = {0};
  char *zeros[6] = {0};
  size_t sizes[6] = {0};
  long number = -1;
  for (size_t at = 0; at < sizeof CALLS / sizeof *CALLS; at++)
    if (strcmp(CALLS[at].name, args[0]) == 0) number = CALLS[at].number;
  if (number < 0 || count > 7) {
    errno = ENOSYS;
    say_result(-1);
    return -1;
  }
  for (int at = 0; at < count - 1; at++) {
    char *text = args[at + 1];
    switch (text[0]) {
      case 's':
        unhex(text + 1);
        values[at] = (long)(text + 1);
        break;
      case 'b':
        sizes[at] = unhex(text + 1);
        buffers[at] = text + 1;
        values[at] = (long)buffers[at];
        break;
      case 'o':
        sizes[at] = strtoul(text + 1, NULL, 10);
        buffers[at] = calloc(1, sizes[at] + 1);
        values[at] = (long)buffers[at];
        break;
      case 'z':
        zeros[at] = calloc(1, strtoul(text + 1, NULL, 10));
        values[at] = (long)zeros[at];
        break;
      default:
        values[at] = (long)strtoull(text, NULL, 10);
        if (text[0] == '-') values[at] = strtol(text, NULL, 10);
    }
  }
  errno = 0;
  long result = syscall(number, values[0], values[1], values[2], values[3], values[4], values[5]);
  say_result(result);
  for (int at = 0; at < 6; at++) {
    free(zeros[at]);
    if (!buffers[at]) continue;
    say(" ");
    for (size_t byte = 0; byte < sizes[at]; byte++) say("%02x", (unsigned char)buffers[at][byte]);
    if (args[at + 1][0] == 'o') free(buffers[at]);
  }
  return result;
}

static void trace(pid_t target) {
  if (target == getpid()) {
    say_result(ptrace(PTRACE_SEIZE, target, 0, 0));
    return;
  }
  pid_t child = fork();
  if (child == 0) _exit(ptrace(PTRACE_SEIZE, target, 0, 0) == 0 ? 0 : errno);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  errno = WEXITSTATUS(status);
  say_result(errno == 0 ? 0 : -1);
}

/* Send one byte with at most one control message. */
static void send_with(int socket, int type, const void *data, size_t size) {
  char byte = 'x';
  char space[CMSG_SPACE(sizeof(struct ucred))] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (data) {
    message.msg_control = space;
    message.msg_controllen = CMSG_SPACE(size);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), data, size);
  }
  say_result(sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void receive(int socket) {
  char byte;
  char space[256];
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  say_result(recvmsg(socket, &message, MSG_DONTWAIT));
  struct ucred cred = {-1, -1, -1};
  int passed = -1;
  int has_cred = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_CREDENTIALS) {
      memcpy(&cred, CMSG_DATA(header), sizeof cred);
      has_cred = 1;
    }
    if (header->cmsg_type == SCM_RIGHTS) memcpy(&passed, CMSG_DATA(header), sizeof passed);
  }
  if (has_cred)
    say(" %d %u %u %d", cred.pid, cred.uid, cred.gid, passed);
  else
    say(" -1 -1 -1 %d", passed);
}

static void replace_image(const char *path) {
  char *argv[] = {"agent", "task", NULL};
  char *envp[] = {NULL};
  execve(path, argv, envp);
  say_result(-1);
}

/* A descriptor that came with the last command; -1 for none. */
static int passed_control = -1;
/* Is this a process that came into being while a command was carried out? It owes no answer. */
static int is_new;

/* Fork a process that is spoken to over the descriptor that came with the command, where it first says one byte. */
static void fork_child(void) {
  pid_t pid = fork();
  if (pid == 0) {
    dup2(passed_control, CONTROL);
    is_new = 1;
  }
  int error = errno;
  close(passed_control);
  passed_control = -1;
  if (pid == 0 && send(CONTROL, "x", 1, MSG_NOSIGNAL) < 0) _exit(1);
  errno = error;
  say_result(pid);
}

static void fork_many(int count) {
  pid_t *children = calloc(count > 0 ? count : 1, sizeof *children);
  int made = 0;
  int error = 0;
  while (made < count) {
    pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      pause();
      _exit(0);
    }
    if (pid < 0) {
      error = errno;
      break;
    }
    children[made++] = pid;
  }
  for (int at = 0; at < made; at++) {
    kill(children[at], SIGKILL);
    while (waitpid(children[at], NULL, 0) < 0 && errno == EINTR) continue;
  }
  free(children);
  say("%d %d", made, error);
}

/* An operation that any process does. */
static void perform(int count, char **args) {
  const char *operation = args[0];
  if (strcmp(operation, "sys") == 0 && count > 1) {
    make_call(count - 1, args + 1);
  } else if (strcmp(operation, "trace") == 0 && count == 2) {
    trace(atoi(args[1]));
  } else if (strcmp(operation, "sendcred") == 0 && count == 3) {
    send_with(atoi(args[1]), 0, NULL, 0);
  } else if (strcmp(operation, "sendcred") == 0 && count == 5) {
    struct ucred cred = {atoi(args[2]), strtoul(args[3], NULL, 10), strtoul(args[4], NULL, 10)};
    send_with(atoi(args[1]), SCM_CREDENTIALS, &cred, sizeof cred);
  } else if (strcmp(operation, "sendfd") == 0 && count == 3) {
    int passed = atoi(args[2]);
    send_with(atoi(args[1]), SCM_RIGHTS, &passed, sizeof passed);
  } else if (strcmp(operation, "recv") == 0 && count == 2) {
    receive(atoi(args[1]));
  } else if (strcmp(operation, "fork") == 0 && count == 1 && passed_control >= 0) {
    fork_child();
  } else if (strcmp(operation, "forkmany") == 0 && count == 2) {
    fork_many(atoi(args[1]));
  } else if (strcmp(operation, "end") == 0 && count == 1) {
    _exit(0);
  } else if (strcmp(operation, "exec") == 0 && count == 2) {
    unhex(args[1]);
    replace_image(args[1]);
  } else {
    errno = ENOSYS;
    say_result(-1);
  }
}

static int split(char *line, char **args) {
  int count = 0;
  for (char *word = strtok(line, " \n"); word && count < COMMAND_ARGS; word = strtok(NULL, " \n")) args[count++] = word;
  return count;
}

/* A message with the descriptor that came with it, or the pid of its sender; -1 where there is none. */
static ssize_t receive_with(int socket, char *bytes, size_t size, int *descriptor, pid_t *sender) {
  char space[256];
  struct iovec part = {bytes, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  ssize_t length = recvmsg(socket, &message, 0);
  struct ucred cred = {-1, -1, -1};
  *descriptor = -1;
  for (struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    if (header->cmsg_type == SCM_CREDENTIALS) memcpy(&cred, CMSG_DATA(header), sizeof cred);
  }
  *sender = cred.pid;
  return length;
}

/* Commands over the control socket until it closes. */
static void serve_task(void) {
  static char line[LINE_BYTES];
  char *args[COMMAND_ARGS];
  pid_t sender;
  for (;;) {
    ssize_t length = receive_with(CONTROL, line, sizeof line - 1, &passed_control, &sender);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) _exit(0);
    line[length] = 0;
    answer[0] = 0;
    int count = split(line, args);
    if (count > 0) perform(count, args);
    if (is_new) {
      is_new = 0;
      continue;
    }
    if (send(CONTROL, answer, strlen(answer), MSG_NOSIGNAL) < 0) _exit(1);
  }
}

static struct {
  pid_t pid;
  int control;
} processes[MAX_PROCESSES];

static void make_process(int index) {
  int ends[2];
  if (index < 1 || index >= MAX_PROCESSES || processes[index].pid) {
    errno = EINVAL;
    say_result(-1);
    return;
  }
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
    say_result(-1);
    return;
  }
  int control = fcntl(ends[0], F_DUPFD_CLOEXEC, FIRST_PRIVATE);
  close(ends[0]);
  pid_t pid = fork();
  if (pid == 0) {
    if (ends[1] != CONTROL) {
      dup2(ends[1], CONTROL);
      close(ends[1]);
    } else {
      fcntl(CONTROL, F_SETFD, 0);
    }
    signal(SIGCHLD, SIG_DFL);
    close_range(FIRST_PRIVATE, ~0U, 0);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    if (nothing > CONTROL) close(nothing);
    serve_task();
  }
  close(ends[1]);
  processes[index].pid = pid;
  processes[index].control = control;
  say_result(pid);
}

static void end_process(int index) {
  kill(processes[index].pid, SIGKILL);
  while (waitpid(processes[index].pid, NULL, 0) < 0 && errno == EINTR) continue;
  close(processes[index].control);
  processes[index].pid = 0;
}

static void reset(void) {
  for (int index = 1; index < MAX_PROCESSES; index++)
    if (processes[index].pid) end_process(index);
  // Children of theirs are ours now.
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) continue;
  close_range(100, FIRST_PRIVATE - 1, 0);
  say_result(0);
}

static void copy_self(const char *path) {
  int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
  struct stat stat;
  long result = from < 0 || to < 0 || fstat(from, &stat) < 0 ? -1 : sendfile(to, from, NULL, stat.st_size);
  say_result(result);
  close(from);
  close(to);
}

/* Hand a command to a process and wait for its answer. */
static void forward(int index, const char *command) {
  if (index < 0 || index >= MAX_PROCESSES || !processes[index].pid) {
    errno = ESRCH;
    say_result(-1);
    return;
  }
  int control = processes[index].control;
  struct pollfd waiting = {control, POLLIN, 0};
  ssize_t length = -1;
  if (send(control, command, strlen(command), MSG_NOSIGNAL) >= 0 && poll(&waiting, 1, ANSWER_TIMEOUT_MS) == 1)
    length = recv(control, answer, sizeof answer - 1, 0);
  if (length > 0) {
    answer[length] = 0;
  } else {
    end_process(index);
    strcpy(answer, "gone");
  }
}

/* Have a process fork another, which is spoken to over a socket that its parent is handed for it. */
static void fork_from(int parent, int index) {
  int ends[2];
  if (index < 1 || index >= MAX_PROCESSES || processes[index].pid || parent < 1 || parent >= MAX_PROCESSES ||
      !processes[parent].pid) {
    errno = EINVAL;
    say_result(-1);
    return;
  }
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
    say_result(-1);
    return;
  }
  int on = 1;
  int control = fcntl(ends[0], F_DUPFD_CLOEXEC, FIRST_PRIVATE);
  close(ends[0]);
  setsockopt(control, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  char space[CMSG_SPACE(sizeof(int))] = {0};
  char text[] = "fork";
  struct iovec part = {text, sizeof text - 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &ends[1], sizeof(int));
  ssize_t length = -1;
  if (sendmsg(processes[parent].control, &message, MSG_NOSIGNAL) >= 0)
    length = recv(processes[parent].control, answer, sizeof answer - 1, 0);
  close(ends[1]);
  if (length <= 0 || answer[0] == '-') {
    answer[length > 0 ? length : 0] = 0;
    close(control);
    return;
  }
  char byte;
  int descriptor;
  pid_t pid;
  answer[0] = 0;
  if (receive_with(control, &byte, 1, &descriptor, &pid) == 1) {
    processes[index].pid = pid;
    processes[index].control = control;
  }
  say_result(processes[index].pid ? pid : -1);
}

static void fail(const char *what) {
  fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
  _exit(2);
}

static void serve_agent(const char *directory) {
  static char line[LINE_BYTES];
  char *args[COMMAND_ARGS];
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) fail("prctl");
  setsid();
  umask(0);
  // Whoever has lost its parent is ours, and is waited for at once.
  if (signal(SIGCHLD, SIG_IGN) == SIG_ERR) fail("signal");
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("private mounts");
  if (mount("proc", "/proc", "proc", 0, NULL) < 0) fail("mount /proc");
  if (mount("agent", directory, "tmpfs", 0, "mode=0755") < 0) fail("mount tmpfs");
  while (fgets(line, sizeof line, stdin)) {
    answer[0] = 0;
    char *command = line;
    int index = (int)strtol(line, &command, 10);
    while (*command == ' ') command++;
    command[strcspn(command, "\n")] = 0;
    if (index != 0) {
      forward(index, command);
    } else {
      int count = split(command, args);
      if (count == 2 && strcmp(args[0], "fork") == 0) {
        make_process(atoi(args[1]));
      } else if (count == 3 && strcmp(args[0], "forkfrom") == 0) {
        fork_from(atoi(args[1]), atoi(args[2]));
      } else if (count == 2 && strcmp(args[0], "copy") == 0) {
        unhex(args[1]);
        copy_self(args[1]);
      } else if (count == 1 && strcmp(args[0], "reset") == 0) {
        reset();
      } else if (count > 0) {
        perform(count, args);
      }
    }
    puts(answer);
    fflush(stdout);
  }
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "task") == 0) {
    say("0 0 %lu", getauxval(AT_SECURE));
    if (send(CONTROL, answer, strlen(answer), MSG_NOSIGNAL) < 0) return 1;
    serve_task();
  }
  if (argc != 3 || strcmp(argv[1], "agent") != 0) {
    fprintf(stderr, "usage: agent agent DIR\n");
    return 2;
  }
  // The recorded kernel's tasks began with a niceness of 0; a test run under nice(1) must not differ.
  if (setpriority(PRIO_PROCESS, 0, 0) < 0) fail("setpriority");
  if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET) < 0) fail("unshare");
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) serve_agent(argv[2]);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
