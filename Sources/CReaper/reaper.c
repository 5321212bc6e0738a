#define _GNU_SOURCE
#include "CReaper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

// The parent, as its child knows it.
static pid_t reaper;

static int status_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// The signal by which the child asks for the end of a process; it is queued with the process's number.
static int request(void) { return SIGRTMIN; }

// Reaps all that have ended, and follows the child to its end.
static void reap(pid_t child)
{
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended == child) _exit(status_of(status));
        if (ended < 0 && errno == ECHILD) _exit(125);
        if (ended == 0) return;
    }
}

static void end_unseen(pid_t child, pid_t process)
{
    siginfo_t stopped;
    if (kill(child, SIGSTOP) == 0) waitid(P_PID, (id_t)child, &stopped, WSTOPPED | WEXITED | WNOWAIT);
    kill(process, SIGTERM);
    // What does not end within a second, or is nobody's child here, is the asker's own trouble again.
    for (int turn = 0; turn < 1000 && waitpid(process, NULL, WNOHANG) == 0; turn++) {
        struct timespec pause = {.tv_nsec = 1000000};
        nanosleep(&pause, NULL);
    }
    kill(child, SIGCONT);
}

int creaper_split(void)
{
    // Rule: LV-074. libvirt waits for QEMU until it is reaped; QEMU is an orphan, and an orphan goes to the nearest subreaper.
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return errno;
    const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, request()};
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (int i = 0; i < 5; i++) sigaddset(&blocked, taken[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    reaper = getpid();
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        return error;
    }
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        // A parent that is killed while it has stopped its child does not leave it so.
        prctl(PR_SET_PDEATHSIG, SIGCONT);
        return 0;
    }
    // The pipes to the driver must close when the worker ends, so the parent lets go of them.
    int null = open("/dev/null", O_RDWR);
    if (null >= 0)
        for (int stream = 0; stream < 3; stream++) dup2(null, stream);
    closefrom(3);
    for (;;) {
        siginfo_t told;
        int number = sigwaitinfo(&blocked, &told);
        if (number == request()) {
            if (told.si_pid == child && told.si_value.sival_int > 1) end_unseen(child, told.si_value.sival_int);
        } else if (number > 0 && number != SIGCHLD) {
            kill(child, number);
        }
        reap(child);
    }
}

int creaper_end(pid_t process)
{
    union sigval number = {.sival_int = process};
    int status = reaper > 0 && getppid() == reaper ? sigqueue(reaper, request(), number) : kill(process, SIGTERM);
    return status == 0 ? 0 : errno;
}

int creaper_spawn(
    const char *path, char *const *arguments, int input, int output, int errors, int kept, int newSession,
    pid_t *process)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    // Inherited masks and ignored signals would make a child that cannot be interrupted.
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (newSession) flags |= POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(&attributes, flags);
    error = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, errors, 2);
    // That of a descriptor onto itself takes the mark off that would close it.
    if (!error && kept >= 0) error = posix_spawn_file_actions_adddup2(&actions, kept, 3);
    if (!error) error = posix_spawn(process, path, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int creaper_wait(pid_t process)
{
    int status;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR) return 127;
    return status_of(status);
}

int creaper_memory_file(void) { return memfd_create("creaper", MFD_CLOEXEC); }
