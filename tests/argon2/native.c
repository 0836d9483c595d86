/* The C reference (npm's `argon2` carries its source), timed inside: `native_c M_KIB T P kept|new`, as `native.mjs` calls it.
   Prints milliseconds and the first eight bytes of the tag. It wipes its memory, as it does by default. */
#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LENGTH = 32, SHOWN = 8 };

static uint8_t *memory;
static size_t size;

/* Kept for the next derivation. */
static int take(uint8_t **to, size_t wanted) {
    if (wanted > size) {
        free(memory);
        memory = malloc(wanted);
        size = memory ? wanted : 0;
    }
    *to = memory;
    return memory ? ARGON2_OK : ARGON2_MEMORY_ALLOCATION_ERROR;
}

static void keep(uint8_t *it, size_t length) {
    (void)it;
    (void)length;
}

static double now(void) {
    struct timespec is;
    clock_gettime(CLOCK_MONOTONIC, &is);
    return is.tv_sec * 1e3 + is.tv_nsec / 1e6;
}

int main(int count, char **args) {
    if (count != 5) return 2;
    uint8_t tag[LENGTH];
    double took = 0;
    int times = strcmp(args[4], "kept") == 0 ? 2 : 1;
    for (int time = 0; time < times; time++) {
        uint8_t password[] = "password", salt[] = "somesaltsomesalt";
        argon2_context context = {
            .out = tag, .outlen = LENGTH,
            .pwd = password, .pwdlen = sizeof password - 1,
            .salt = salt, .saltlen = sizeof salt - 1,
            .m_cost = atoi(args[1]), .t_cost = atoi(args[2]), .lanes = atoi(args[3]), .threads = 1,
            .version = ARGON2_VERSION_13, .allocate_cbk = take, .free_cbk = keep,
        };
        double begun = now();
        if (argon2id_ctx(&context) != ARGON2_OK) return 1;
        took = now() - begun;
    }
    printf("%f ", took);
    for (int at = 0; at < SHOWN; at++) printf("%02x", tag[at]);
    puts("");
    return 0;
}
