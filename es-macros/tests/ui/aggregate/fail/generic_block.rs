include!("../../shop.rs");

pub struct Shop<T> {
    pub shop_id: String,
    pub what: T,
}

#[aggregate]
impl<T> Shop<T> {
    #[command_handler]
    fn open(_command: OpenShop) -> ShopOpened {
        opened()
    }
}

fn main() {}
