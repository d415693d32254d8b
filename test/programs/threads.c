/* A process with things a target has to find: threads with names, memory of every kind, counters that move, a library loaded
   when asked to (argv[1]). Waits for its standard input to close. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define WORKERS 3

struct node {
  struct node *next;
  int value;
  char name[20];
};

volatile unsigned long counters[WORKERS];
const char banner[] = "a constant in .rodata";
const char *const words[] = {"zero", "one", "two"};
int initialised[4] = {1, 2, 3, 4};
char zeroed[8192];
struct node *list;
char *anonymous_private, *anonymous_shared, *excluded, *file_private, *file_shared;
volatile sig_atomic_t signals_seen;

static void on_signal(int number) { (void)number, signals_seen++; }

static void *work(void *argument) {
  long index = (long)argument;
  char name[16];
  snprintf(name, sizeof name, "worker-%ld", index);
  pthread_setname_np(pthread_self(), name);
  for (;;) counters[index]++;
  return 0;
}

int main(int argc, char **argv) {
#ifdef NOT_DUMPABLE
  prctl(PR_SET_DUMPABLE, 0);
#endif
  /* Where Yama lets only ancestors trace: gcore and the tests' helpers are none. */
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  signal(SIGUSR1, on_signal);
  for (int i = 0; i < 10; i++) {
    struct node *node = malloc(sizeof *node);
    node->next = list;
    node->value = i * i;
    snprintf(node->name, sizeof node->name, "node %d", i);
    list = node;
  }
  size_t size = 1 << 20;
  anonymous_private = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  anonymous_shared = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  excluded = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(excluded, size, MADV_DONTDUMP);
  strcpy(anonymous_private + 300000, "private");
  strcpy(anonymous_shared + 500000, "shared");
  strcpy(excluded + 4096, "excluded");
  if (argc > 2) {
    FILE *file = fopen(argv[2], "r+");
    if (!file) return perror(argv[2]), 1;
    file_private = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);
    file_shared = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    file_private[5000] = 'P';
  }
  for (long i = 0; i < WORKERS; i++) {
    pthread_t thread;
    pthread_create(&thread, 0, work, (void *)i);
  }
  for (int i = 0; i < WORKERS; i++)
    while (!counters[i]) usleep(100);
  puts("ready");
  fflush(stdout);
  char buffer[64];
  /* Every byte that comes in is answered: proof of running on. `l` loads the library, `x` aborts,
     for a core dump of the kernel's. */
  for (;;) {
    ssize_t count = read(0, buffer, sizeof buffer);
    if (count == 0) return 0;
    if (count < 0) continue;
    if (buffer[0] == 'x') abort();
#ifndef NO_DLOPEN
    if (buffer[0] == 'l' && !dlopen(argv[1], RTLD_NOW)) return fprintf(stderr, "%s\n", dlerror()), 1;
#endif
    if (write(1, "pong\n", 5) < 0) return 1;
  }
}
