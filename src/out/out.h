/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command prints: rows in a tree of levels, under columns that are declared once. The same
 * rows become a table, raw or pair lines, or JSON.
 *
 * A level is an array in JSON ("groups", and "devices" in each group). A line of the other
 * formats stands for a row of the deepest level that the chosen columns need, and takes the cells
 * of the rows above it from those.
 */
#ifndef IOMMUTOOL_OUT_H
#define IOMMUTOOL_OUT_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/text.h"

/* --- values ----------------------------------------------------------------------------- */

enum out_kind {
	OUT_UNSET, /* nobody said anything: like OUT_ABSENT, but no key at all on a sparse level */
	OUT_UNKNOWN, /* cannot be known here: "?" and null ("[]" in a list column) */
	OUT_ABSENT,  /* known to be nothing: "-" and null */
	OUT_STRING,
	OUT_NUMBER,
	OUT_BOOL,
	OUT_ADDRESS, /* "0x" and 16 digits, a string in JSON too */
	OUT_LIST,    /* of values, joined by commas in text */
	OUT_OBJECT,  /* of named values; in text its `text` */
};

struct out_field;

struct out_value {
	enum out_kind kind;
	union {
		uint64_t number; /* OUT_NUMBER, OUT_ADDRESS */
		bool boolean;
		char *string; /* OUT_STRING; OUT_OBJECT: how it reads in text; owned */
	};
	struct out_field *fields; /* OUT_LIST (without names), OUT_OBJECT */
	size_t nr_fields;
};

struct out_field {
	const char *key; /* a constant; NULL in a list */
	struct out_value value;
};

/* Constructors. What they return owns its parts; adding it to a row or value hands it over. */
struct out_value out_unknown(void);
struct out_value out_absent(void);
struct out_value out_string(const char *text); /* NULL: absent */
struct out_value out_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct out_value out_number(uint64_t number);
struct out_value out_bool(bool boolean);
struct out_value out_address(uint64_t address);
struct out_value out_list(void);
struct out_value out_strings(const struct strings *list);
struct out_value out_object(const char *text);

void out_append(struct out_value *list, struct out_value item);
void out_member(struct out_value *object, const char *key, struct out_value value);
void out_value_free(struct out_value *value);
/* Return: the value as table, raw and pairs show it, to be freed. */
char *out_value_text(const struct out_value *value);

/* --- columns ---------------------------------------------------------------------------- */

enum out_type {
	OUT_TYPE_STRING,
	OUT_TYPE_NUMBER,
	OUT_TYPE_BOOL,
	OUT_TYPE_ADDRESS,
	OUT_TYPE_LIST,	  /* of strings or numbers */
	OUT_TYPE_OBJECTS, /* a list of objects in JSON */
};

#define OUT_LEVEL(n) (1u << (n))

struct out_column {
	const char *name; /* [A-Z0-9_]; the JSON key is its lower case */
	unsigned levels;  /* OUT_LEVEL() of each level whose rows have it */
	enum out_type type;
	bool is_default;     /* shown without -o */
	unsigned facts;	     /* what has to be collected for it (collect.h), 0 for nothing */
	const char *meaning; /* one line for --list-columns */
};

struct out_level {
	const char *array; /* JSON key of the array of these rows */
	bool sparse;	   /* rows differ in kind: keys that a row does not set are left out */
};

/* How a value is coloured on a terminal. */
struct out_paint {
	const char *text;
	const char *color; /* as libsmartcols names it */
};

struct out_schema {
	const struct out_level *levels; /* outermost first */
	size_t nr_levels;
	const struct out_column *columns; /* in the order in which they are shown */
	size_t nr_columns;
	const struct out_paint *paints; /* may be NULL; ends with a NULL text */
	const unsigned char *widths;	/* least width of each column in lines that
					are printed as they come; may be NULL */
};

/* --- options ---------------------------------------------------------------------------- */

enum out_format { OUT_TABLE, OUT_JSON, OUT_RAW, OUT_PAIRS };

/* What -J -r -P -n -o -O --list-columns said; the input of out_argp and out_acting_argp. */
struct out_options {
	enum out_format format;
	bool format_given;
	bool noheadings;
	bool all_columns;
	bool list_columns;
	const char *columns; /* argument of -o, NULL when not given */
};

extern const struct argp out_argp;
extern const struct argp out_acting_argp; /* the same, but --noheadings has no letter */

/* --- rows ------------------------------------------------------------------------------- */

struct out;
struct out_row;

/**
 * out_new() - an empty output
 * @schema: outlives the output
 * @options: how to print
 * @problem: set to a sentence, to be freed, when the options name an unknown column
 *
 * Return: the output, released with out_free(); NULL when @problem is set (a usage error).
 */
struct out *out_new(const struct out_schema *schema, const struct out_options *options,
		    char **problem);
void out_free(struct out *out);

/* Return: whether the column (its index in the schema) will be shown. */
bool out_wants(const struct out *out, size_t column);
/* Return: the facts that the chosen columns need, or-ed. */
unsigned out_facts(const struct out *out);
/* Return: the deepest level that lines stand for; rows below it need not be added. */
size_t out_depth(const struct out *out);

/**
 * out_row_add() - a new row
 * @parent: a row of the level above; NULL for the outermost level
 *
 * Return: the row; it belongs to @out.
 */
struct out_row *out_row_add(struct out *out, struct out_row *parent);

/* Fill the cell of @column (index in the schema); takes the value over. */
void out_set(struct out_row *row, size_t column, struct out_value value);

/* A further key of the JSON document, after the rows; takes the value over. */
void out_document(struct out *out, const char *key, struct out_value value);

/* A line below the table, only in the table format. */
void out_footer(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Return: number of rows of the outermost level. */
size_t out_count(const struct out *out);

/**
 * out_print() - print all in the chosen format
 * @stream: usually stdout; the caller checks it for write errors
 * @colors: whether to use colour and bold
 */
void out_print(const struct out *out, FILE *stream, bool colors);

/*
 * For a command that has no end: rows are printed as they come. In a table the widths of the
 * schema keep the lines below each other.
 */

/* The line of column names; nothing in JSON, in pairs, or when the options want none. */
void out_print_heading(const struct out *out, FILE *stream, bool colors);

/* Prints the rows there are, in JSON an object a line and nothing around them, and drops them. */
void out_print_lines(struct out *out, FILE *stream, bool colors);

/**
 * out_list_columns() - print the columns of @schema (--list-columns) as @options ask for
 * @options: -o chooses among the columns of this list itself
 * @stream: NULL prints nothing
 *
 * Return: NULL, or the sentence of out_new() about an unknown column, to be freed.
 */
char *out_list_columns(const struct out_schema *schema, const struct out_options *options,
		       FILE *stream, bool colors);

#endif
