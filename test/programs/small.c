/* A small program with little memory: what damaged core dumps are made of. */
#include <stdio.h>
int value = 7;
int main(void) {
  puts("ready");
  fflush(stdout);
  return getchar() == 0;
}
