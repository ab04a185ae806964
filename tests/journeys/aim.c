/* Preloaded into milepost by tests: the write of a history with a certain number kills its process; the clock can be
   moved. The file that AIM names is shared by all processes: how many writes there were, and by how many seconds the
   clock is wrong, each as 64 bits, then what was hit, as text. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BEFORE, WITHIN, AFTER };
struct aim { int64_t writes, clock; char hit[240]; };

static struct aim *aim;
static int64_t at;
static int when;
static const char *under;

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("AIM");
    int fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *found = mmap(NULL, sizeof(struct aim), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    at = atoll(getenv("AIM_AT"));
    when = atoi(getenv("AIM_WHEN"));
    under = getenv("AIM_UNDER");
    aim = found == MAP_FAILED ? NULL : found;
}

/* Whether this write is the one. */
static int hits(const char *path, const char *what)
{
    if (!aim || strncmp(path, under, strlen(under)) || __atomic_add_fetch(&aim->writes, 1, __ATOMIC_SEQ_CST) != at)
        return 0;
    snprintf(aim->hit, sizeof aim->hit, "%s %s", what, strrchr(path, '/') + 1);
    return 1;
}

static int hits_file(int fd, const char *what)
{
    char link[40], path[4096];
    if (!aim)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return hits(path, what);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define STRIKE(hit, whole, half)     \
    if (!(hit))                      \
        return whole;                \
    if (when == AFTER)               \
        (void)!(whole);              \
    if (when == WITHIN)              \
        (void)!(half);               \
    die();                           \
    return -1;

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t place)
{
    STRIKE(hits_file(fd, "write"), REAL(pwrite64)(fd, from, size, place), REAL(pwrite64)(fd, from, size / 2, place))
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t place)
{
    STRIKE(hits_file(fd, "write"), REAL(pwrite)(fd, from, size, place), REAL(pwrite)(fd, from, size / 2, place))
}
ssize_t write(int fd, const void *from, size_t size)
{
    STRIKE(hits_file(fd, "write"), REAL(write)(fd, from, size), REAL(write)(fd, from, size / 2))
}
int fdatasync(int fd) { STRIKE(hits_file(fd, "sync"), REAL(fdatasync)(fd), 0) }
int fsync(int fd) { STRIKE(hits_file(fd, "sync"), REAL(fsync)(fd), 0) }
int ftruncate(int fd, off_t size) { STRIKE(hits_file(fd, "truncate"), REAL(ftruncate)(fd, size), 0) }
int ftruncate64(int fd, off64_t size) { STRIKE(hits_file(fd, "truncate"), REAL(ftruncate64)(fd, size), 0) }
int unlink(const char *path) { STRIKE(hits(path, "unlink"), REAL(unlink)(path), 0) }
int rename(const char *old, const char *new) { STRIKE(hits(new, "rename"), REAL(rename)(old, new), 0) }

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int found = REAL(clock_gettime)(clock, now);
    if (aim && !found && clock == CLOCK_REALTIME)
        now->tv_sec += aim->clock;
    return found;
}
time_t time(time_t *place)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place)
        *place = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec found;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &found);
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return 0;
}
