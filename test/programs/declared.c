/* What declarations and layouts are made of: every way a name or a type can be awkward. -DCHANGED: the next version of it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum color { RED, GREEN = 5, LIME = 5, BLUE };
enum wide { SMALL = 1, BIG = 0x100000000 };

struct opaque;
typedef struct { int x, y; } point;
typedef point *point_p;
typedef int (*callback)(void *, size_t);

struct elem {
  int id;
#ifdef CHANGED
  long weight;
#endif
  char *name;
  enum color color;
  struct {
    struct elem *next;
#ifdef CHANGED
    struct elem *back;
#else
    struct elem **prev;
#endif
  } link;
  union {
    uint64_t bits;
    struct { uint32_t low, high; };
  };
  unsigned ready : 1, level : 3;
  _Bool dirty : 1;
  point at, path[2][3];
  callback done;
  struct opaque *secret;
#ifdef CHANGED
  double ratio;
#else
  float ratio;
#endif
  const unsigned char digest[20];
  short tail[];
};

/* Names that TypeScript or JavaScript has other ideas about. */
struct string { int length; };
struct class { int constructor, then, toString, __proto__, await, $dollar, readonly; };
typedef struct class Pointer;
union list { long a; char b; };
typedef int list;

struct untouched { int a; };

struct elem *head;
struct class class;
union list lists[2];
list plain;
static struct { int count; } counters;
enum wide wide;
Pointer *pointer;
point_p corner;
struct untouched untouched;
int $strange;
_Thread_local int per_thread;
const char *const words[] = {"a", "b"};
void *raw;
long double precise;
_Complex float wave;
__int128 huge;

int next_number(void) {
  static int state;
  return ++state;
}

int other_number(void) {
  static long state;
  return (int)++state;
}

int main(void) {
  struct string local = {1};
  head = NULL;
  printf("%d %d %zu\n", local.length, counters.count, sizeof(struct elem));
  return next_number() + other_number();
}
