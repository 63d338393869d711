// Checks of the group of threads: each part runs once, exceptions reach the caller, the group works on afterwards.
#pragma once

namespace nmt {

void check_thread_group();

}  // namespace nmt
