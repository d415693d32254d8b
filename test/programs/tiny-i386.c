/* The smallest debuggee: 32 bits, no library, so that it can be built where no 32-bit libraries are installed. */
int initialised = 0x1234;
char buffer[8];

static int call(int number, int first, const void *second, int third) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
  return result;
}

void _start(void) {
  call(4, 1, "ready\n", 6);
  while (call(3, 0, buffer, 8) > 0)
    ;
  call(1, 0, 0, 0);
}
