/*
 * One list of every kind, each with the elements 1 to `count` (argument, default 10) by their member `id`, hand-made with the
 * names that BSD, QEMU and the kernel use. The red-black tree is made from sorted ids. Prints `ready`.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct list_head {
    struct list_head *next, *prev;
};
struct hlist_node {
    struct hlist_node *next, **pprev;
};
struct hlist_head {
    struct hlist_node *first;
};
struct rb_node {
    unsigned long __rb_parent_color;
    struct rb_node *rb_right;
    struct rb_node *rb_left;
} __attribute__((aligned(sizeof(long))));
struct rb_root {
    struct rb_node *rb_node;
};
struct rb_root_cached {
    struct rb_root rb_root;
    struct rb_node *rb_leftmost;
};

/* QEMU's union layout. */
typedef struct QTailQLink {
    void *tql_next;
    struct QTailQLink *tql_prev;
} QTailQLink;

struct item {
    int id;
    union {
        struct item *tqe_next;
        QTailQLink tqe_circ;
    } qtailq;
    struct {
        struct item *tqe_next, **tqe_prev;
    } tailq;
    struct {
        struct item *le_next, **le_prev;
    } list;
    struct {
        struct item *sle_next;
    } slist;
    struct {
        struct item *stqe_next;
    } stailq;
    struct {
        struct item *sqe_next;
    } simpleq;
    struct list_head node;
    struct {
        int depth;
        struct list_head sibling;
    } bus;
    struct hlist_node hash;
    struct rb_node rb;
};

union { struct item *tqh_first; QTailQLink tqh_circ; } qtailq_head;
struct { struct item *tqh_first, **tqh_last; } tailq_head = { NULL, &tailq_head.tqh_first };
struct { struct item *lh_first; } list_head_bsd;
struct { struct item *slh_first; } slist_head;
struct { struct item *stqh_first, **stqh_last; } stailq_head;
struct { struct item *sqh_first, **sqh_last; } simpleq_head;
struct list_head nodes = { &nodes, &nodes };
struct list_head siblings = { &siblings, &siblings };
struct list_head empty = { &empty, &empty };
struct hlist_head hash_head;
struct rb_root_cached tree;
struct rb_root no_tree;
struct item *items;

static void add_tail(struct list_head *node, struct list_head *head)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

static struct rb_node *subtree(int from, int to, struct rb_node *parent)
{
    if (from >= to)
        return NULL;
    int middle = (from + to) / 2;
    struct rb_node *node = &items[middle].rb;
    node->__rb_parent_color = (unsigned long)parent | 1;
    node->rb_left = subtree(from, middle, node);
    node->rb_right = subtree(middle + 1, to, node);
    return node;
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 10;

    items = calloc(count, sizeof(*items));
    for (int i = 0; i < count; i++) {
        struct item *item = &items[i];
        struct item *next = i + 1 < count ? &items[i + 1] : NULL;

        item->id = i + 1;
        item->qtailq.tqe_next = item->tailq.tqe_next = item->list.le_next = next;
        item->slist.sle_next = item->stailq.stqe_next = item->simpleq.sqe_next = next;
        add_tail(&item->node, &nodes);
        add_tail(&item->bus.sibling, &siblings);
        item->hash.next = next ? &next->hash : NULL;
    }
    qtailq_head.tqh_first = tailq_head.tqh_first = list_head_bsd.lh_first = items;
    slist_head.slh_first = stailq_head.stqh_first = simpleq_head.sqh_first = items;
    hash_head.first = &items[0].hash;
    tree.rb_root.rb_node = subtree(0, count, NULL);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}
