use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
struct Close {
    #[target]
    shop: String,
    #[target_version]
    seen: Sequence,
    #[target_version]
    again: Sequence,
}

fn main() {}
