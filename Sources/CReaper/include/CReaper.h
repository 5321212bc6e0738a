#ifndef CREAPER_H
#define CREAPER_H

#include <sys/types.h>

/// Splits the process in two: a parent that reaps every orphan below it, and a child in which this call returns.
///
/// The parent forwards SIGTERM, SIGINT and SIGHUP, holds none of the standard streams, and exits with the child's status.
/// To be called before the process has a second thread.
/// Returns 0 in the child, or the number of an error when there is none.
int creaper_split(void);

/// Ends a process below the parent of creaper_split, by SIGTERM, so that this process hears of it when it is reaped already.
///
/// The parent stops this process meanwhile, for a second at most. Without that parent the signal is sent, and no more.
/// Returns 0 or the number of an error; the process may still be there for a moment after.
int creaper_end(pid_t process);

/// Starts a program with these three descriptors as its standard streams, in a session of its own when asked.
///
/// The descriptor `kept` is passed on as 3 unless it is -1, and so is every other one that is not marked close-on-exec, with
/// environment and working directory.
/// Returns 0 and the process id, or the number of an error.
int creaper_spawn(
    const char *_Nonnull path, char *_Nullable const *_Nonnull arguments, int input, int output, int errors,
    int kept, int newSession, pid_t *_Nonnull process);

/// Waits for a process that was started with creaper_spawn; the exit status, or 128 plus the signal that ended it.
int creaper_wait(pid_t process);

/// A file in memory that is not passed on to other programs; -1 when there is none to be had.
int creaper_memory_file(void);

#endif
