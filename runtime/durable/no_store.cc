// In place of rocks_store.cc in a build without RocksDB.
#include "runtime/durable/store.h"

namespace segue::durable {

Result<std::unique_ptr<Store>> open_store(const std::string& folder, StoreMode /*mode*/) {
  return Error{Errc::kUnsupported, "cannot open `" + folder + "`: this build has no RocksDB"};
}

Result<std::unique_ptr<ColdStates>> open_cold(const std::string& folder, size_t /*memory_bytes*/) {
  return Error{Errc::kUnsupported, "cannot open `" + folder + "`: this build has no RocksDB"};
}

}  // namespace segue::durable
