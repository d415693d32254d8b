/* Has a library that was loaded at run time, besides those it was linked with. */
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
  if (!dlopen("libm.so.6", RTLD_NOW) || !dlopen("libutil.so.1", RTLD_NOW)) return 1;
  puts("ready");
  fflush(stdout);
  return getchar() == EOF ? 0 : 1;
}
