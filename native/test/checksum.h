// Checks of CRC-32 against its definition, bit by bit.
#pragma once

namespace nmt {

void check_checksum();

}  // namespace nmt
