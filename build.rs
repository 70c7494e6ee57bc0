//! Turns the tests against Azurite on where the address of one is given. Nothing of the program depends on it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(azurite)");
    if option_env!("AVANOCHI_TEST_AZURITE").is_some() {
        println!("cargo::rustc-cfg=azurite");
    }
}
