/* The program that `invivo demo` looks into: a list of named drives, built as QEMU builds its list of block backends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

/* The two macros of QEMU's queue.h that make a doubly linked tail queue. */
#define QTAILQ_HEAD(name, type)   \
    struct name {                 \
        struct type *tqh_first;   \
        struct type **tqh_last;   \
    }
#define QTAILQ_ENTRY(type)        \
    struct {                      \
        struct type *tqe_next;    \
        struct type **tqe_prev;   \
    }

enum drive_state { DRIVE_CLOSED, DRIVE_OPEN, DRIVE_FAILED };

struct geometry {
    uint32_t cylinders;
    uint16_t heads;
    uint16_t sectors;
};

struct drive {
    char *name;
    enum drive_state state;
    unsigned read_only : 1;
    unsigned removable : 1;
    struct geometry geometry;
    uint64_t size;
    QTAILQ_ENTRY(drive) link;
};

static QTAILQ_HEAD(drive_list, drive) block_backends;

static struct drive *add_drive(unsigned number)
{
    struct drive *drive = calloc(1, sizeof *drive);
    char name[24];

    if (!drive)
        abort();
    drive->name = malloc(snprintf(name, sizeof name, "drive%u", number) + 1);
    if (!drive->name)
        abort();
    sprintf(drive->name, "drive%u", number);
    drive->state = number % 1000 == 321 ? DRIVE_FAILED : DRIVE_OPEN;
    drive->removable = number % 2;
    drive->geometry.cylinders = 16383;
    drive->geometry.heads = 16;
    drive->geometry.sectors = 63;
    drive->size = (uint64_t)(number % 64 + 1) << 30;

    drive->link.tqe_next = NULL;
    drive->link.tqe_prev = block_backends.tqh_last;
    *block_backends.tqh_last = drive;
    block_backends.tqh_last = &drive->link.tqe_next;
    return drive;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;

    /* Where the kernel lets only a parent look (Yama's ptrace_scope 1), let any process of this user: this is a demo. */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    block_backends.tqh_last = &block_backends.tqh_first;
    for (unsigned number = 0; number < count; number++)
        add_drive(number);
    puts("ready");
    fflush(stdout);
    /* Ends when its standard input closes: with whoever started it. */
    while (getchar() != EOF)
        ;
    return 0;
}
