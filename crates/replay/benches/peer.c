/* libmodsecurity over the same exchanges: the peer of the benches.
 *
 *   peer RULES ids            the ids that logged, a line an exchange
 *   peer RULES time ROUNDS    nanoseconds of CPU an exchange, over all rounds
 *   peer RULES load           microseconds of CPU and kilobytes that loading costs
 *
 * Exchanges come on the standard input as fields: a length (32 bits, little endian) and bytes.
 * An exchange is: method, target, version, body, number of request headers, name and value of each,
 * status ("" for none), number of response headers, name and value of each, body.
 */
#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct { unsigned char *bytes; size_t length; } Field;
typedef struct { Field *fields; size_t count, room; } Exchange;

static int is_telling = 0;

static void on_log(void *data, const void *message) {
    (void)data;
    if (!is_telling) return;
    const char *id = strstr((const char *)message, "[id \"");
    if (id) printf("%ld ", atol(id + 5));
}

static int read_field(Field *field) {
    unsigned char head[4];
    if (fread(head, 1, 4, stdin) != 4) return 0;
    field->length = head[0] | head[1] << 8 | head[2] << 16 | (size_t)head[3] << 24;
    field->bytes = malloc(field->length + 1);
    if (fread(field->bytes, 1, field->length, stdin) != field->length) return 0;
    field->bytes[field->length] = 0;
    return 1;
}

static Field *add(Exchange *exchange) {
    if (exchange->count == exchange->room) {
        exchange->room = exchange->room ? 2 * exchange->room : 64;
        exchange->fields = realloc(exchange->fields, exchange->room * sizeof(Field));
    }
    return &exchange->fields[exchange->count++];
}

static int read_exchange(Exchange *exchange) {
    memset(exchange, 0, sizeof *exchange);
    for (int i = 0; i < 5; i++) if (!read_field(add(exchange))) return 0;
    int headers = 2 * atoi((char *)exchange->fields[4].bytes);
    for (int i = 0; i < headers; i++) if (!read_field(add(exchange))) return 0;
    size_t at = exchange->count + 1;
    if (!read_field(add(exchange)) || !read_field(add(exchange))) return 0;
    headers = 2 * atoi((char *)exchange->fields[at].bytes);
    for (int i = 0; i < headers + 1; i++) if (!read_field(add(exchange))) return 0;
    return 1;
}

static int is_stopped(Transaction *transaction) {
    ModSecurityIntervention what = {200, 0, NULL, NULL, 0};
    int stopped = msc_intervention(transaction, &what);
    free(what.url);
    free(what.log);
    return stopped && what.disruptive;
}

static void phases(Transaction *transaction, const Exchange *exchange) {
    const Field *field = exchange->fields;
    msc_process_connection(transaction, "127.0.0.1", 40000, "127.0.0.1", 80);
    msc_process_uri(transaction, (char *)field[1].bytes, (char *)field[0].bytes, (char *)field[2].bytes);
    int headers = atoi((char *)field[4].bytes);
    const Field *next = field + 5;
    for (int i = 0; i < headers; i++, next += 2)
        msc_add_n_request_header(transaction, next[0].bytes, next[0].length, next[1].bytes, next[1].length);
    msc_process_request_headers(transaction);
    if (is_stopped(transaction)) return;
    msc_append_request_body(transaction, field[3].bytes, field[3].length);
    msc_process_request_body(transaction);
    if (is_stopped(transaction) || next->length == 0) return;
    int status = atoi((char *)next[0].bytes);
    headers = atoi((char *)next[1].bytes);
    next += 2;
    for (int i = 0; i < headers; i++, next += 2)
        msc_add_n_response_header(transaction, next[0].bytes, next[0].length, next[1].bytes, next[1].length);
    msc_process_response_headers(transaction, status, "HTTP/1.1");
    if (is_stopped(transaction)) return;
    msc_append_response_body(transaction, next->bytes, next->length);
    msc_process_response_body(transaction);
}

static void run(ModSecurity *engine, RulesSet *rules, const Exchange *exchange) {
    Transaction *transaction = msc_new_transaction(engine, rules, NULL);
    phases(transaction, exchange);
    msc_process_logging(transaction);
    msc_transaction_cleanup(transaction);
}

static double cpu_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    ModSecurity *engine = msc_init();
    msc_set_log_cb(engine, on_log);
    RulesSet *rules = msc_create_rules_set();
    const char *error = NULL;
    double before = cpu_nanos();
    if (msc_rules_add_file(rules, arguments[1], &error) < 0) {
        fprintf(stderr, "%s\n", error ? error : "the rules cannot be read");
        return 1;
    }
    if (!strcmp(arguments[2], "load")) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("%.0f %ld\n", (cpu_nanos() - before) / 1000, usage.ru_maxrss);
        return 0;
    }
    size_t exchanges = 0, room = 0;
    Exchange *all = NULL, one;
    while (read_exchange(&one)) {
        if (exchanges == room) all = realloc(all, (room = room ? 2 * room : 64) * sizeof *all);
        all[exchanges++] = one;
    }
    if (!strcmp(arguments[2], "ids")) {
        is_telling = 1;
        for (size_t i = 0; i < exchanges; i++) { run(engine, rules, &all[i]); printf("\n"); fflush(stdout); }
        return 0;
    }
    int rounds = count > 3 ? atoi(arguments[3]) : 1;
    run(engine, rules, &all[0]);
    before = cpu_nanos();
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < exchanges; i++) run(engine, rules, &all[i]);
    printf("%.0f\n", (cpu_nanos() - before) / rounds / exchanges);
    return 0;
}
