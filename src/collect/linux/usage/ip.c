/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of IPv4 and IPv6 as they are written in mount options, sysfs and /proc/net. */
#include "collect/linux/usage/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define MAPPED_BYTES 12 /* before the four of an IPv4 address */

static void set_mapped(struct in6_addr *ip, const void *four)
{
	*ip = (struct in6_addr){ 0 };
	memset(ip->s6_addr + MAPPED_BYTES - 2, 0xff, 2);
	memcpy(ip->s6_addr + MAPPED_BYTES, four, 4);
}

bool parse_address(const char *text, struct address *address)
{
	char plain[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "%");
	const char *scope = text + length + (text[length] == '%');
	struct in_addr four;

	*address = (struct address){ 0 };
	if (length >= sizeof(plain) || strlen(scope) >= sizeof(address->scope) ||
	    (text[length] && !*scope))
		return false;
	memcpy(plain, text, length);
	plain[length] = '\0';
	strcpy(address->scope, scope);
	if (inet_pton(AF_INET, plain, &four) != 1)
		return inet_pton(AF_INET6, plain, &address->ip) == 1;
	set_mapped(&address->ip, &four);
	return true;
}

/* Return: whether @text begins with an address and then has a @mark. */
static bool parse_before(const char *text, char mark, struct address *address)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *at = strchr(copy, mark);

	if (at)
		*at = '\0';
	return at && parse_address(copy, address);
}

/* The user of sshfs stands before an address; a port, and what Lustre calls its networks, "@tcp",
 * behind it. */
bool parse_host(const char *text, struct address *address)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *path = strstr(copy, ":/"), *behind;

	if (path)
		*path = '\0';
	behind = strrchr(copy, '@');
	if (behind && parse_address(behind + 1, address))
		return true;
	if (*copy == '[')
		return parse_before(copy + 1, ']', address);
	return parse_address(copy, address) || parse_before(copy, '@', address) ||
	       parse_before(copy, ':', address);
}

/* Return: whether the next 8 characters are hex digits, which make @value. */
static bool parse_word(const char *text, uint32_t *value)
{
	char digits[9];
	uint64_t number;

	if (strnlen(text, 8) < 8)
		return false;
	memcpy(digits, text, 8);
	digits[8] = '\0';
	/* parse_u64() takes a 0x, which is no digit here. */
	if (strspn(digits, "0123456789abcdefABCDEF") != 8 ||
	    parse_u64(digits, 16, UINT32_MAX, &number) < 0)
		return false;
	*value = (uint32_t)number;
	return true;
}

bool parse_hex_words(const char *text, struct in6_addr *ip)
{
	uint32_t words[4] = { 0 };
	size_t nr = strlen(text) / 8;

	if (strlen(text) % 8 != 0 || (nr != 1 && nr != 4))
		return false;
	for (size_t i = 0; i < nr; i++)
		if (!parse_word(text + 8 * i, &words[i]))
			return false;
	if (nr == 1)
		set_mapped(ip, words);
	else
		memcpy(ip, words, sizeof(*ip));
	return true;
}

bool parse_hex_bytes(const char *text, struct in6_addr *ip)
{
	uint32_t words[4];

	if (strlen(text) != 32)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!parse_word(text + 8 * i, &words[i]))
			return false;
		words[i] = htonl(words[i]);
	}
	memcpy(ip, words, sizeof(*ip));
	return true;
}

bool address_is_loopback(const struct in6_addr *ip)
{
	if (IN6_IS_ADDR_V4MAPPED(ip))
		return ip->s6_addr[MAPPED_BYTES] == 127;
	return IN6_IS_ADDR_LOOPBACK(ip);
}

void format_address(const struct in6_addr *ip, char text[INET6_ADDRSTRLEN])
{
	bool is_four = IN6_IS_ADDR_V4MAPPED(ip);

	inet_ntop(is_four ? AF_INET : AF_INET6,
		  is_four ? (const void *)(ip->s6_addr + MAPPED_BYTES) : (const void *)ip, text,
		  INET6_ADDRSTRLEN);
}
