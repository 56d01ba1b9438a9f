/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_CTYPE_H
#define STUB_CTYPE_H

int isalnum(int byte);
int isalpha(int byte);
int isdigit(int byte);
int isprint(int byte);
int isspace(int byte);
int isxdigit(int byte);
int tolower(int byte);
int toupper(int byte);

#endif
