/*
 * Fields of every kind with values that a test knows, for reading and writing them as properties. `fields` prints `ready` and
 * waits for its standard input to close.
 */
#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>

enum color { RED, GREEN = 5, ALSO_GREEN = 5, BLUE = -3 };
enum huge { HUGE_ONE = 1, HUGE_MAX = 0x7fffffffffffffffLL };
typedef uint8_t octet;

struct opaque;

struct bits {
    unsigned a : 3;
    signed b : 5;
    unsigned c : 20;
    uint64_t wide : 40;
    bool flag : 1;
    enum color color : 4;
    unsigned long long top : 64;
};

struct inner {
    int x, y;
};

struct fields {
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    __int128 i128;
    unsigned __int128 u128;
    _Bool yes;
    char letter;
    float f;
    double d;
    long double ld;
    double _Complex z;
    enum color color;
    enum huge huge;
    struct inner inner;
    struct {
        int anonymous_a;
        union {
            int anonymous_b;
            unsigned char anonymous_bytes[4];
        };
    };
    struct fields *self;
    struct fields *none;
    struct opaque *opaque;
    void *address;
    char *text;
    octet *octets;
    wchar_t *wide_text;
    char16_t *text16;
    char32_t *text32;
    char *long_text;
    char *latin;
    int *numbers;
    int **to_numbers;
    struct inner *inners;
    int (*compare)(const void *, const void *);
    char name[16];
    char full[4];
    int list[5];
    int matrix[2][3];
    struct inner pairs[3];
    char *words[3];
    float floats[2];
    uint64_t longs[2];
    struct bits bits;
    /* Names that JavaScript has uses for. */
    int constructor, toString, then, __proto__, hasOwnProperty, valueOf, prototype;
    int $dollar;
    _Atomic int atomic;
    const volatile int qualified;
};

struct with_tail {
    int count;
    int tail[];
};

static int compare_ints(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static int numbers[4] = { 10, 20, 30, 40 };
static int *to_numbers = &numbers[1];
static struct inner inners[2] = { { 1, 2 }, { 3, 4 } };

struct fields fields = {
    .i8 = -128, .u8 = 255, .i16 = -32768, .u16 = 65535, .i32 = INT32_MIN, .u32 = UINT32_MAX,
    .i64 = INT64_MIN, .u64 = UINT64_MAX, .i128 = -5, .u128 = (unsigned __int128)1 << 100,
    .yes = 1, .letter = 'x', .f = 1.5f, .d = -2.25, .ld = 3.0625L, .color = GREEN, .huge = HUGE_MAX,
    .inner = { 7, 8 }, .anonymous_a = 9, .anonymous_b = 0x01020304,
    .self = &fields, .opaque = (struct opaque *)&fields, .address = &numbers,
    .text = "drive2", .octets = (octet *)"octets", .wide_text = L"w\u00efde", .text16 = (char16_t *)u"\U0001F600", .text32 = (char32_t *)U"\U0001F600!",
    .latin = "\xe9t\xe9", .numbers = numbers, .to_numbers = &to_numbers, .inners = inners, .compare = compare_ints,
    .name = "short", .full = { 'f', 'u', 'l', 'l' }, .list = { 1, -2, 3, -4, 5 }, .matrix = { { 1, 2, 3 }, { 4, 5, 6 } },
    .pairs = { { 1, 2 }, { 3, 4 }, { 5, 6 } }, .words = { "one", NULL, "three" }, .floats = { 0.5f, -0.25f }, .longs = { 1, UINT64_MAX },
    .bits = { .a = 5, .b = -7, .c = 0xabcde, .wide = 0x123456789aULL, .flag = 1, .color = BLUE, .top = UINT64_MAX },
    .constructor = 1, .toString = 2, .then = 3, .__proto__ = 4, .hasOwnProperty = 5, .valueOf = 6, .prototype = 7, .$dollar = 8,
    .atomic = 11, .qualified = 12,
};

struct with_tail *with_tail;
int counter = 41;
struct fields *pointer_to_fields = &fields;
static int hidden = 17;
char *bad_text = (char *)0x10;
struct fields *garbage = (struct fields *)0xdeadbeefdeadbeefUL;

int main(void)
{
    static int static_local = 99;
    char *text = malloc(20001);

    fields.z = 1.5 - 2.5 * I;
    memset(text, 'a', 20000);
    memcpy(text + 5000, "\xc3\xa9", 2);
    text[20000] = '\0';
    fields.long_text = text;
    with_tail = malloc(sizeof(*with_tail) + 3 * sizeof(int));
    with_tail->count = 3;
    for (int i = 0; i < 3; i++)
        with_tail->tail[i] = (i + 1) * 100;
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return (hidden + static_local) & 1;
}
