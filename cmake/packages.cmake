find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(pugixml REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(GTest REQUIRED)
pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)

# SQLite: compiled from the amalgamation inside the pinned npm package better-sqlite3, because
# Debian's own has the WAL-reset race (fixed in 3.51.3).
set(MEDUSA_SQLITE "${MEDUSA_DEPS}/npm/node_modules/better-sqlite3/deps/sqlite3")
if(NOT EXISTS "${MEDUSA_SQLITE}/sqlite3.c")
  message(FATAL_ERROR "SQLite's source is missing below ${MEDUSA_DEPS}: run ./scripts/setup first")
endif()
add_library(sqlite3 STATIC "${MEDUSA_SQLITE}/sqlite3.c")
target_include_directories(sqlite3 SYSTEM PUBLIC "${MEDUSA_SQLITE}")
target_compile_definitions(sqlite3 PRIVATE SQLITE_DQS=0 SQLITE_THREADSAFE=2 SQLITE_ENABLE_FTS5
  SQLITE_OMIT_DEPRECATED SQLITE_OMIT_SHARED_CACHE SQLITE_DEFAULT_FOREIGN_KEYS=1
  SQLITE_DEFAULT_WAL_SYNCHRONOUS=2)
target_compile_options(sqlite3 PRIVATE -w)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(sqlite3 PRIVATE -O2)
endif()
target_link_libraries(sqlite3 PUBLIC Threads::Threads ${CMAKE_DL_LIBS} m)

# OpenVINO: the C++ SDK inside the Python wheels.
file(GLOB MEDUSA_OPENVINO_DIRS "${MEDUSA_DEPS}/python/lib/python3*/site-packages/openvino/cmake")
if(NOT MEDUSA_OPENVINO_DIRS)
  message(FATAL_ERROR "OpenVINO is missing below ${MEDUSA_DEPS}: run ./scripts/setup first")
endif()
find_package(OpenVINO REQUIRED COMPONENTS Runtime PATHS ${MEDUSA_OPENVINO_DIRS} NO_DEFAULT_PATH)
