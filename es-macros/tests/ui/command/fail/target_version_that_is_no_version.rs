use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
struct Close {
    #[target]
    shop: String,
    #[target_version]
    seen: i64,
}

fn main() {}
