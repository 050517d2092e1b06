#include "ean.h"

bool ean_is_valid(const char *digits, size_t length) {
    if (length != 8 && length != 12 && length != 13 && length != 14)
        return false;
    int sum = 0;
    for (size_t place = 0; place < length; place++) {
        char digit = digits[length - 1 - place];
        if (digit < '0' || digit > '9')
            return false;
        sum += (digit - '0') * (place % 2 == 0 ? 1 : 3); /* from the right, the check digit itself counts once */
    }
    return sum % 10 == 0;
}
