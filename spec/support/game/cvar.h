/* Console variables of the stand-in: a fixed table with defaults, as an owner of a real server
 * knows them. */
#ifndef STANDIN_CVAR_H
#define STANDIN_CVAR_H

#include <stdbool.h>

#include "text.h"

enum { CVAR_NOTIFY = 1, CVAR_PROTECTED = 2 };

typedef struct Cvar {
    const char *name, *initial;
    int flags;
    const char *help;
    char *value; /* NULL while it is the initial one */
} Cvar;

/* NULL when there is none; names are compared without case. */
Cvar *cvar_find(const char *name);
/* The i-th cvar, in the order of their names; NULL after the last. */
Cvar *cvar_at(int i);
const char *cvar_value(const Cvar *cvar);
const char *cvar_string(const char *name);
double cvar_number(const char *name);
void cvar_set(Cvar *cvar, const char *value);
/* What the console shows for a cvar typed without a value. */
void cvar_describe(const Cvar *cvar, Text *into);
void cvar_list(Text *into);
void cvar_free_all(void);

#endif
