#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Whether the digits are a GTIN (EAN-8, UPC-A, EAN-13 or ITF-14) whose last digit is GS1's check digit. */
bool ean_is_valid(const char *digits, size_t length);
