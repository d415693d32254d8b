/* Every kind of type and value that C has, as globals: what the printing of values is compared with gdb on. */
#include <complex.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <uchar.h>
#include <wchar.h>

/* Base types and their limits. */
char c_zero, c_a = 'a', c_newline = '\n', c_quote = '\'', c_double_quote = '"', c_backslash = '\\', c_escape = 27, c_high = (char)0xe9, c_minus = -1;
signed char sc_min = SCHAR_MIN, sc_max = SCHAR_MAX;
unsigned char uc_max = UCHAR_MAX, uc_tab = '\t', uc_del = 127;
short s_min = SHRT_MIN, s_max = SHRT_MAX;
unsigned short us_max = USHRT_MAX;
int i_min = INT_MIN, i_max = INT_MAX, i_zero, i_minus = -42;
unsigned int u_max = UINT_MAX;
long l_min = LONG_MIN, l_max = LONG_MAX;
unsigned long ul_max = ULONG_MAX;
long long ll_min = LLONG_MIN, ll_max = LLONG_MAX;
unsigned long long ull_max = ULLONG_MAX;
__int128 i128_min = (__int128)1 << 127, i128_small = -5, i128_big = ((__int128)0x0123456789abcdef << 64) | 0xfedcba9876543210u;
unsigned __int128 u128_max = ~(unsigned __int128)0, u128_ten = 10;
_Bool b_true = 1, b_false = 0, b_odd;
int8_t i8 = -7;
uint8_t u8 = 200;
int16_t i16 = -300;
uint64_t u64 = 0xdeadbeefcafef00d;
size_t size = 12345678901234;
ptrdiff_t difference = -9;
wchar_t w_a = L'a', w_e = 0xe9, w_cjk = 0x4e2d, w_zero, w_bad = 0x110000, w_newline = L'\n', w_combining = 0x301;
char16_t c16_a = u'a', c16_e = 0xe9, c16_surrogate = 0xd83d;
char32_t c32_a = U'a', c32_smile = 0x1f600;

/* Floating point. */
float f_zero, f_minus_zero = -0.0f, f_tenth = 0.1f, f_third = 1.0f / 3, f_max = FLT_MAX, f_min = FLT_MIN, f_denormal = 1e-45f, f_inf = INFINITY, f_minus_inf = -INFINITY, f_nan, f_million = 1e6f, f_big = 16777216.0f;
double d_zero, d_minus_zero = -0.0, d_one = 1, d_tenth = 0.1, d_third = 1.0 / 3, d_max = DBL_MAX, d_min = DBL_MIN, d_denormal = 4.9406564584124654e-324, d_inf = INFINITY, d_nan, d_minus_nan, d_payload, d_e15 = 1e15, d_e16 = 1e16, d_e17 = 1e17, d_e22 = 1e22, d_small = 0.0001, d_smaller = 0.00001, d_pi = 3.14159265358979323846, d_tie = 2251799813685248.25;
long double ld_zero, ld_one = 1, ld_third = 1.0L / 3, ld_tenth = 0.1L, ld_max = LDBL_MAX, ld_min = LDBL_MIN, ld_denormal = 3.6e-4951L, ld_inf = INFINITY, ld_nan, ld_minus = -123.456L, ld_e20 = 1e20L;
float _Complex cf = 1.5f + 2.5f * I;
double _Complex cd = -1.0 - 0.1 * I;
long double _Complex cld = 3.0L + 4.0L * I;

/* Pointers. */
int target_int = 7, target_array[4] = {1, 2, 3, 4};
int *p_null, *p_int = &target_int, *p_element = &target_array[2], *p_end = &target_array[4], *p_garbage = (int *)0xdeadbeef, *p_high = (int *)0xffff800000000000, *p_noncanonical = (int *)0x8000000000000001;
int **pp_int = &p_int, ***ppp_int = &pp_int;
int (*p_array)[4] = &target_array;
void *v_null, *v_int = &target_int, *v_one = (void *)1;
const volatile int *p_cv = &target_int;
int *const const_p = &target_int;
int *restrict restrict_p = &target_int;
uintptr_t as_number = 0x1000;

/* Functions. */
static int twice(int x) { return 2 * x; }
int add(int a, char b) { return a + b; }
void nothing(void) {}
int variadic(const char *format, ...) { return format != NULL; }
int (*fp_null)(int), (*fp_twice)(int) = twice, (*fp_add)(int, char) = add, (*fp_middle)(int);
void (*fp_nothing)(void) = nothing;
int (*fp_variadic)(const char *, ...) = variadic;
int (*fp_table[3])(int) = {twice, NULL, twice};
int (**fp_pointer)(int) = fp_table;
int (*(*fp_returning)(int))[4];
void *v_function = (void *)add;
typedef int (*callback)(int);
callback typed_callback = twice;
struct operations {
  const char *name;
  int (*open)(int);
  void (*close)(void);
} operations[2] = {{"first", twice, nothing}, {"second", NULL, NULL}};

/* Strings. */
char *str_null, *str = "hello", *str_empty = "", *str_garbage = (char *)0x10, *str_escapes = "\a\b\f\n\r\t\v\\\"'\033\1\0012x", *str_utf8 = "h\303\251llo \344\270\255\346\226\207 \360\237\230\200", *str_latin1 = "h\351llo", *str_cut = "abc\303";
const char *str_const = "const";
unsigned char *str_unsigned = (unsigned char *)"unsigned";
signed char *str_signed = (signed char *)"signed";
const uint8_t *str_bytes = (const uint8_t *)"bytes";
void *v_str = "void";
char *str_199, *str_200, *str_201, *str_repeats = "aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbcdcdcd", *str_ten = "xxxxxxxxxx", *str_eleven = "xxxxxxxxxxx", *str_mixed = "head------------------tail", *str_long_repeat;
char **str_pointer = &str;
char *str_table[4] = {"one", NULL, "three", (char *)8};
typedef char *string;
string str_typedef = "typedef";
wchar_t *wstr = L"wide \351\x4e2d", *wstr_null, *wstr_empty = L"", *wstr_repeat = L"wwwwwwwwwwwwwwwwwwww!";
char16_t *str16 = u"sixteen \351\U0001f600";
char32_t *str32 = U"thirty-two \351\U0001f600";
char chars_4[4] = "abcd", chars_5[5] = "abcd", chars_16[16] = "abc", chars_zero[8], chars_300[300], chars_repeat[64] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", chars_embedded[12] = "ab\0cd\0\0ef", chars_one[1] = "x", chars_one_zero[1], chars_high[6] = {(char)0xff, (char)0xfe, 'a', '1', 0, 1}, chars_digit[8] = "\0019\0028", chars_250[250], chars_sparse[40] = {[0] = 'a', [20] = 'b', [39] = 'c'};
unsigned char bytes_4[4] = {1, 2, 255, 0}, bytes_20[20];
signed char signed_3[3] = {-1, 0, 1};
int8_t int8_3[3] = {65, 66, 67};
wchar_t wchars[8] = L"wide", wchars_full[4] = L"full", wchars_repeat[30], wchars_bad[8] = {0x110000, L'1', 0x110000, L'a', 0xd800, L'g', L'\x85'};
char16_t chars16[6] = u"utf16";
char32_t chars32[4] = U"u32";
char char_rows[3][6] = {"one", "two", "three"};
char char_cube[2][2][3] = {{"a", "b"}, {"c", "d"}};

/* Arrays. */
int ints_1[1] = {5}, ints_3[3] = {1, 2, 3}, ints_zero[9], ints_ten[10], ints_eleven[11], ints_run[15] = {1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 4, 4}, ints_200[200], ints_201[201], ints_1000[1000], ints_300_runs[300];
int grid[2][3] = {{1, 2, 3}, {4, 5, 6}}, cube[2][3][4], grid_same[12][2], grid_large[30][30];
double doubles[3] = {0.5, 1e100, -0.0};
long longs[2] = {LONG_MIN, LONG_MAX};
unsigned char rows_bytes[2][3] = {{1, 2, 3}, {4, 5, 6}};
int empty_array[0];
int *pointers[3] = {&target_int, NULL, target_array};
_Bool bools[3] = {1, 0, 1};
float _Complex complexes[2] = {1, I};
typedef int vector4 __attribute__((vector_size(16)));
typedef float vector2f __attribute__((vector_size(8)));
typedef char vector8c __attribute__((vector_size(8)));
vector4 vec4 = {1, -2, 3, -4};
vector2f vec2f = {0.5f, 1.5f};
vector8c vec8c = {1, 2, 'a', 'b', 0, 0, 0, 0};

/* Structs and unions. */
struct point {
  int x, y;
} origin, point = {3, -4}, *p_point = &point, **pp_point = &p_point, points[3] = {{1, 2}, {3, 4}, {5, 6}}, points_same[12], *p_point_null, *p_point_bad = (struct point *)0x1234;
struct empty {
} empty;
struct nested {
  char tag;
  struct point at;
  struct {
    short inner;
    union {
      int number;
      float real;
      unsigned char bytes[4];
    } u;
  } anonymous_type;
  struct point *next;
} nested = {'n', {1, 2}, {-1, {.real = 1.5f}}, &point};
struct with_anonymous {
  int first;
  union {
    int as_int;
    float as_float;
    struct {
      unsigned char low, high;
    };
  };
  struct {
    int deep_a;
    struct {
      int deeper;
    };
  };
  int last;
} with_anonymous = {1, {.as_int = 0x3f80}, {2, {3}}, 4};
struct __attribute__((packed)) packed {
  char a;
  int b;
  short c;
  double d;
  char *e;
} packed = {'p', -2, 3, 4.5, "packed"};
struct aligned {
  char a;
  _Alignas(32) long b;
} aligned = {'A', 99};
struct flexible {
  int count;
  int items[];
} flexible = {3, {10, 20, 30}}, *p_flexible = &flexible;
struct flexible_chars {
  int count;
  char text[];
} flexible_chars = {5, "flex!"};
struct zero_array {
  int count;
  int items[0];
} zero_array = {1};
struct array_of_structs {
  struct point all[3];
  char name[8];
  int *refs[2];
} array_of_structs = {{{1, 2}, {3, 4}, {5, 6}}, "points", {&target_int, 0}};
struct recursive {
  int value;
  struct recursive *next, *self;
  struct recursive *children[2];
} recursive_b = {2}, recursive_a = {1, &recursive_b, &recursive_a, {&recursive_b, 0}};
union number {
  int i;
  unsigned u;
  float f;
  char bytes[4];
  struct {
    short lo, hi;
  } halves;
} number = {.i = 0x40490fdb}, *p_number = &number, numbers[2];
struct l19 {
  int x;
};
#define LEVEL(n, m) \
  struct l##n { \
    struct l##m in; \
  };
LEVEL(18, 19)
LEVEL(17, 18)
LEVEL(16, 17)
LEVEL(15, 16)
LEVEL(14, 15)
LEVEL(13, 14)
LEVEL(12, 13)
LEVEL(11, 12)
LEVEL(10, 11)
LEVEL(9, 10)
LEVEL(8, 9)
LEVEL(7, 8)
LEVEL(6, 7)
LEVEL(5, 6)
LEVEL(4, 5)
LEVEL(3, 4)
LEVEL(2, 3)
LEVEL(1, 2)
LEVEL(0, 1)
struct l0 depth_20;
struct depth_21 {
  struct l0 in;
} depth_21;
struct opaque;
extern struct opaque opaque_object;
struct opaque *p_opaque = &opaque_object;
struct never_defined *p_never;
struct all_pointers {
  void *v;
  int *i;
  char *s;
  int (*f)(int);
  struct point *p;
  struct never_defined *n;
  int (*a)[4];
  wchar_t *w;
} all_pointers = {&target_int, &target_int, "text", twice, &point, NULL, &target_array, L"w"};

/* Bit fields. */
struct bits {
  unsigned a : 1, b : 2, c : 5;
  int d : 3, e : 4;
  signed f : 1;
  _Bool g : 1;
  unsigned long h : 40;
  long i : 33;
  unsigned long j : 63;
  unsigned char k : 7;
  int : 0;
  short l : 9;
  int : 5;
  long long m : 64;
} bits = {1, 2, 21, -3, 7, -1, 1, 0x123456789a, -0xffffffff, 0x7123456789abcdef, 100, -200, -1};
struct __attribute__((packed)) bits_packed {
  unsigned a : 3;
  unsigned long b : 62;
  int c : 7;
  char d;
  unsigned e : 29;
} bits_packed = {5, 0x2aaaaaaaaaaaaaaa, -60, 'd', 0x15555555};
enum color { RED, GREEN, BLUE = 5, MINUS = -1 };
enum flags { FLAG_A = 1, FLAG_B = 2, FLAG_C = 4, FLAG_HIGH = 0x80 };
struct bits_enum {
  enum flags flags : 4;
  enum color color : 5;
  unsigned rest : 3;
  char ch : 8;
} bits_enum = {FLAG_A | FLAG_C, MINUS, 6, 'z'};
union bits_union {
  unsigned whole;
  struct {
    unsigned low : 12, middle : 8, high : 12;
  };
  unsigned low5 : 5;
} bits_union = {0xabcdef12};

/* Enums. */
enum color e_red = RED, e_blue = BLUE, e_minus = MINUS, e_unknown = (enum color)42;
enum flags e_flag = FLAG_B, e_flags = FLAG_A | FLAG_C, e_flags_unknown = FLAG_A | 0x10, e_flags_only_unknown = (enum flags)0x60, e_flags_zero = (enum flags)0;
enum flags_zero { NOTHING = 0, SOMETHING = 1, MORE = 2 } e_nothing, e_something_more = SOMETHING | MORE;
enum flags_multi { MULTI_1 = 1, MULTI_6 = 6, MULTI_8 = 8 } e_multi = MULTI_1 | MULTI_6, e_multi_part = (enum flags_multi)3;
enum flags_gap { GAP_1 = 1, GAP_A = 10 } e_gap = (enum flags_gap)11;
enum flags_overlap { OVER_1 = 1, OVER_2 = 2, OVER_3 = 3 } e_over = OVER_3, e_over_more = (enum flags_overlap)7;
enum duplicates { DUP_A = 1, DUP_B = 1, DUP_C = 2 } e_dup = DUP_B, e_dup_both = (enum duplicates)3;
enum big { BIG = 0x100000000, BIGGER = 0x7fffffffffffffff } e_big = BIG, e_big_unknown = (enum big)3;
enum unsigned_big { HUGE_ONE = 0xffffffffffffffff } e_huge = HUGE_ONE, e_huge_unknown = (enum unsigned_big)0xfffffffffffffff0;
enum wide_unsigned { WIDE = 0xffffffff, WIDE_THREE = 3 } e_wide = WIDE, e_wide_unknown = (enum wide_unsigned)0xfffffff0;
enum __attribute__((packed)) small { SMALL_A, SMALL_B } e_small = SMALL_B;
enum { ANON_A, ANON_B } e_anonymous = ANON_B;
enum color colors[3] = {RED, GREEN, BLUE};
enum color *p_color = &e_blue;

/* Typedefs, qualifiers, atomics. */
typedef int number_t;
typedef number_t count_t;
typedef const count_t const_count_t;
const_count_t chain = 77;
typedef struct {
  int a;
  char b;
} unnamed_t;
unnamed_t unnamed = {1, 'u'}, *p_unnamed = &unnamed;
typedef struct point point_t;
point_t typed_point = {8, 9}, *p_typed_point = &typed_point;
const int const_int = 11;
volatile int volatile_int = 12;
const volatile long cv_long = 13;
_Atomic int atomic_int_ = 14;
_Atomic(struct point *) atomic_pointer = &point;
typedef char name_t[16];
name_t named = "name";
const name_t const_named = "const name";
typedef int triple_t[3];
triple_t triples[2] = {{1, 2, 3}, {4, 5, 6}};
struct {
  int anonymous;
} no_tag = {1}, *p_no_tag = &no_tag;

/* Statics. */
static int shared_name = 100;
static struct point file_static = {-1, -1};
extern int other_file(void);
extern int defined_elsewhere[];
int *use_elsewhere(void) { return defined_elsewhere; }
int counter(void) {
  static int calls = 3;
  static const char *label = "static local";
  return calls++ + (label != NULL);
}
_Thread_local int thread_local_int = 5;

int main(void) {
  union {
    uint64_t u;
    double d;
  } d = {0x7ff8000000000000};
  union {
    uint32_t u;
    float f;
  } f = {0x7fc00000};
  d_nan = d.d;
  d.u = 0xfff8000000000000;
  d_minus_nan = d.d;
  d.u = 0x7ff8000000012345;
  d_payload = d.d;
  f_nan = f.f;
  ld_nan = d_nan;
  *(unsigned char *)&b_odd = 1;
  fp_middle = (int (*)(int))((char *)twice + 1);
  static char storage[4][1024];
  for (int i = 0; i < 1000; i++) storage[0][i] = storage[1][i] = storage[2][i] = (char)('a' + i % 26), storage[3][i] = 'r';
  storage[0][199] = storage[1][200] = storage[2][201] = 0;
  str_199 = storage[0], str_200 = storage[1], str_201 = storage[2], str_long_repeat = storage[3];
  for (int i = 0; i < 250; i++) chars_250[i] = (char)('A' + i % 26);
  for (int i = 0; i < 1000; i++) ints_1000[i] = i, ints_201[i % 201] = i % 7 + i % 2, ints_200[i % 200] = i;
  for (int i = 0; i < 300; i++) ints_300_runs[i] = i / 15;
  for (int i = 0; i < 24; i++) ((int *)cube)[i] = i;
  for (int i = 0; i < 900; i++) ((int *)grid_large)[i] = i;
  wchars_repeat[29] = L'x';
  /* A debugger that is not our parent may look, too. */
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  other_file();
  counter();
  (void)shared_name, (void)file_static, (void)thread_local_int;
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) continue;
  return 0;
}
