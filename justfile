# The habits. Each recipe is a line or two, so that all of them can be done without just.

# List the recipes
default:
    @just --list

# Serve http://127.0.0.1:7071, alone
run *arguments:
    cargo run -- {{arguments}}

# Run all tests, or those whose name holds the words given
test *arguments:
    cargo test {{arguments}}

# Make the skeleton of a slice, which compiles and passes the tests: just new things
new *arguments:
    sh scripts/new-slice {{arguments}}

# What to run before a commit
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Check the page: its types, what is pure, and all flows in Chromium against the debug binary
page-check:
    cargo build --workspace --bins
    cd web/test && npm ci --no-audit --no-fund && npm run api -- --check && npm run types && npm run unit && npm run flows

# Take the pictures of README, of the person of the demo as it is now
pictures:
    cargo build
    cd web/test && npm ci --no-audit --no-fund && node pictures.mjs

# Build the release binary into the place that host.json names
build-handler:
    sh scripts/build-handler

# The same for any Linux on x86-64 with glibc 2.31 or newer, the same bytes each time: what is published
release *arguments:
    sh scripts/release {{arguments}}

# Lay out in dist/package exactly what would be published
package: release
    sh scripts/package

# All that decides whether a change may go in
ci:
    .ci/run
