find_program(MEDUSA_CCACHE ccache)
if(MEDUSA_CCACHE)
  # Paths relative to the checkout, so that another clone finds what this one has compiled.
  set(launcher env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 ${MEDUSA_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MEDUSA_MOLD mold)
if(MEDUSA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Applied to our own code by medusa_room(); third-party sources keep their own flags.
add_library(medusa_flags INTERFACE)
target_compile_options(medusa_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -fstack-protector-strong)
# g++ 12 sees overlapping memory wherever a literal is assigned to a std::string (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(medusa_flags INTERFACE -Wno-restrict)
endif()
target_include_directories(medusa_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_options(medusa_flags INTERFACE -Wl,-z,relro,-z,now)

if(MEDUSA_SANITIZE)
  # Global, so that SQLite and gtest's helpers are instrumented as well. Lines and functions, which
  # is what a report names, and nothing more for debuggers: a third of the disk.
  add_compile_options(-fsanitize=${MEDUSA_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${MEDUSA_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(medusa_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
