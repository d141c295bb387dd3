/* Console variables: lookup, value, and the texts the console prints about them. */
#include "cvar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cvar_table.h"

static const char *shown(const Cvar *cvar) {
    return cvar->flags & CVAR_PROTECTED ? "***PROTECTED***" : cvar_value(cvar);
}

Cvar *cvar_find(const char *name) {
    for (int i = 0; i < CVARS; i++) {
        if (strcasecmp(cvar_table[i].name, name) == 0) {
            return &cvar_table[i];
        }
    }
    return NULL;
}

Cvar *cvar_at(int i) { return i < CVARS ? &cvar_table[i] : NULL; }

const char *cvar_value(const Cvar *cvar) { return cvar->value ? cvar->value : cvar->initial; }

const char *cvar_string(const char *name) {
    const Cvar *cvar = cvar_find(name);
    return cvar ? cvar_value(cvar) : "";
}

double cvar_number(const char *name) { return strtod(cvar_string(name), NULL); }

void cvar_set(Cvar *cvar, const char *value) {
    char *copy = strdup(value);
    if (!copy) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    free(cvar->value);
    cvar->value = copy;
}

void cvar_describe(const Cvar *cvar, Text *into) {
    text_print(into, "\"%s\" = \"%s\"", cvar->name, shown(cvar));
    if (!(cvar->flags & CVAR_PROTECTED) && strcmp(cvar_value(cvar), cvar->initial) != 0) {
        text_print(into, " ( def. \"%s\" )", cvar->initial);
    }
    text_print(into, "%s\n - %s\n", cvar->flags & CVAR_NOTIFY ? " notify" : "", cvar->help);
}

void cvar_list(Text *into) {
    text_print(into, "cvar list\n--------------\n");
    for (int i = 0; i < CVARS; i++) {
        const Cvar *cvar = &cvar_table[i];
        text_print(into, "%-40s : %-8s : %-16s : %s\n", cvar->name, shown(cvar),
                   cvar->flags & CVAR_NOTIFY ? ", \"sv\", \"nf\"" : ", \"sv\"", cvar->help);
    }
    text_print(into, "--------------\n%3d total convars/concommands\n", CVARS);
}

void cvar_free_all(void) {
    for (int i = 0; i < CVARS; i++) {
        free(cvar_table[i].value);
        cvar_table[i].value = NULL;
    }
}
