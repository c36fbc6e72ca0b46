use es_core::prelude::*;

#[aggregate_member(of = Shelf)]
enum Carton {
    Full,
}

fn main() {}
