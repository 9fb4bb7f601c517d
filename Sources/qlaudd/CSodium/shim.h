/* libsodium, for the Vault room only: https://doc.libsodium.org */
#ifndef QLAUD_CSODIUM_SHIM_H
#define QLAUD_CSODIUM_SHIM_H

#include <sodium.h>

#endif
