/* Structs with every kind of hole, padding and bit field, beside what pahole counts of them. */
#include <stdint.h>
#include <stddef.h>
enum color { RED, GREEN };
typedef struct { int a; char b; } anon_t;
struct inner { char c; long l; };
struct S1 { int a; char b; long c; char d[3]; };
struct S2 { unsigned a:3, b:5; unsigned c:20; char x; unsigned long d:40; int e:1; _Bool f:1; };
struct S3 { union { int i; struct { short s1, s2; }; float f; }; struct { int q; char z; } named; struct inner in; anon_t an; enum color col; };
union U1 { int a; char b[7]; struct inner in; };
struct S4 { char a; int (*fn)(int, char *); void (*arr[4])(void); int m[2][3]; struct S4 *next, **pp; const char *const s; volatile int v; char big[200]; int flex[]; };
struct S5 { char a; } __attribute__((aligned(64)));
struct S6 { char a; int b __attribute__((aligned(16))); long c; } ;
struct S7 { char a; int b; long c; } __attribute__((packed));
struct empty {};
struct S8 { struct empty e; int x; struct { union { struct { int deep; char dd; } n; long ll; }; } ; struct inner arr[3]; };
struct S9 { unsigned a:3; unsigned :5; unsigned b:4; unsigned :0; unsigned c:1; long d; unsigned char e:2; };
struct S10 { long a[8]; char b; long c[7]; struct S9 x; char d;};
struct S11 { struct inner a; char b; struct inner c; char d; };
typedef int (*cb_t)(void*); struct S12 { cb_t cb; int *(*(*x)[3])(int); unsigned long long ull; long double ld; __int128 i128; _Complex double cd; uint8_t u8; wchar_t w; int zero[0];};
struct { struct S1 S1; struct S2 S2; struct S3 S3; union U1 U1; struct S4 S4; struct S5 S5; struct S6 S6; struct S7 S7; struct S8 S8; struct S9 S9; struct S10 S10; struct S11 S11; struct S12 S12; } all;
int main(void) {
  return sizeof all == 0;
}
