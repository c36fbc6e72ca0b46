include!("../../shop.rs");

#[derive(Query, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct CountShops;

#[derive(Query, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct CountDoors;

pub struct Shops;

#[projection]
impl Shops {
    #[event_handler]
    fn on_opened(_event: &ShopOpened) -> Result<(), String> {
        Ok(())
    }

    #[query_handler]
    fn count(_query: &CountShops) -> Result<u64, &'static str> {
        Ok(1)
    }
}

#[event_handler]
async fn on_closed(_event: &ShopClosed) -> Result<(), ()> {
    Ok(())
}

#[query_handler]
async fn count_doors(_query: &CountDoors) -> Result<u64, HandlerError<ShopError>> {
    Ok(1)
}

fn main() {}
