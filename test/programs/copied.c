/* Uses a library's variables; `struct thing` is complete in the library only. */
#include <stdio.h>

struct thing;
extern int shared_counter;
extern struct thing *shared_thing;
extern void count(void);

int main(void)
{
    count();
    if (shared_thing)
        shared_counter++;
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
