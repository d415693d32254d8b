/*
 * A QTAILQ-style list of many named elements, for walks and their times: `million COUNT` prints `ready` when it stands.
 * Element i has the id i and the name "drive<i>".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct elem {
    int id;
    char *name;
    struct {
        struct elem *tqe_next;
        struct elem **tqe_prev;
    } link;
};

struct {
    struct elem *tqh_first;
    struct elem **tqh_last;
} block_backends = { NULL, &block_backends.tqh_first };

unsigned long element_count;

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1000000;

    for (long i = 0; i < count; i++) {
        struct elem *elem = malloc(sizeof(*elem));
        char name[32];

        snprintf(name, sizeof(name), "drive%ld", i);
        elem->id = (int)i;
        elem->name = strdup(name);
        elem->link.tqe_next = NULL;
        elem->link.tqe_prev = block_backends.tqh_last;
        *block_backends.tqh_last = elem;
        block_backends.tqh_last = &elem->link.tqe_next;
        element_count++;
    }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}
