include!("../../shop.rs");

pub struct Mails;

impl Mails {
    #[event_handler]
    fn on_opened(&self, _event: &ShopOpened) {}

    #[query_handler]
    fn find(_query: &String) -> Self {
        Mails
    }
}

fn main() {}
