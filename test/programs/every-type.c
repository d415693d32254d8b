/* One global of every kind of type, and variables of every storage, for the tests of debug information. */
#include <complex.h>
#include <stddef.h>

struct forward; /* defined in every-type-2.c */
struct nowhere; /* defined in no unit */

struct bits {
  unsigned first : 3;
  int second : 5;
  unsigned long third : 33;
  unsigned char fourth : 1;
  struct {
    unsigned inner_low : 2, inner_high : 30;
  };
  long long last : 7;
};
struct flexible {
  int count;
  int data[];
};
struct zero {
  int count;
  int data[0];
};
struct arrays {
  int matrix[2][3];
  char name[256];
  char *pointers[4];
  struct forward *elsewhere;
  struct nowhere *opaque;
};
union numbers {
  int i;
  float f;
  double d[2];
};
enum negative { MINUS_ONE = -1, FIVE = 5 };
enum large { ALL_BITS = 0xffffffffu, ONE = 1 };
enum { SEVEN = 7, EIGHT };
typedef int vector4 __attribute__((vector_size(16)));
typedef int (*printer)(const char *, ...);

struct bits g_bits;
struct flexible *g_flexible;
struct zero *g_zero;
struct arrays g_arrays;
union numbers g_numbers;
enum negative g_negative;
enum large g_large;
vector4 g_vector;
printer g_printer;
int (*g_unprototyped)();
_Bool g_bool;
long double g_long_double;
double complex g_complex;
_Atomic int g_atomic;
const volatile int g_qualified;
int *restrict g_restrict;
wchar_t g_wide;
__thread int g_thread = 5;
static int same_name = 4;
static __thread int s_thread;
extern int declared_first[];
int declared_first[10];
extern int defined_nowhere;

int first_function(void) {
  static int count;
  static struct within {
    int value;
  } nested;
  {
    static char deeper[3];
    deeper[0]++;
  }
  return ++count + nested.value;
}

int second_function(void) {
  static int count;
  return ++count;
}

int variable_length(int n) {
  int array[n];
  array[0] = n;
  return array[0];
}

int main(void) {
  s_thread = same_name + SEVEN;
  return first_function() + second_function() + variable_length(3) + g_thread + g_qualified;
}
