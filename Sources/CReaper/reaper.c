#define _GNU_SOURCE
#include "CReaper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile pid_t worker;

static void forward(int signal)
{
    if (worker > 0) kill(worker, signal);
}

static int status_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int creaper_split(void)
{
    // Rule: LV-074. libvirt waits for QEMU until it is reaped; QEMU is an orphan, and an orphan goes to the nearest subreaper.
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return errno;
    const int forwarded[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (int i = 0; i < 3; i++) sigaddset(&blocked, forwarded[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        return error;
    }
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        return 0;
    }
    worker = child;
    struct sigaction action = {.sa_handler = forward};
    for (int i = 0; i < 3; i++) sigaction(forwarded[i], &action, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    // The pipes to the driver must close when the worker ends, so the parent lets go of them.
    int null = open("/dev/null", O_RDWR);
    if (null >= 0)
        for (int stream = 0; stream < 3; stream++) dup2(null, stream);
    closefrom(3);
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == child) _exit(status_of(status));
        if (ended < 0 && errno != EINTR) _exit(125);
    }
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
