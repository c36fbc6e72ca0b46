use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
struct Close {
    shop: String,
    #[target_version]
    seen: Sequence,
}

fn main() {}
