//! Fields whose names or types come from outside a `macro_rules!`, and the others from inside.
#![allow(dead_code)]

use es_core::prelude::*;

macro_rules! shelf {
    ($id:ident, $moved:ident, $view:ident, $key:ident: $text:ty) => {
        #[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct $id(pub $text);

        #[derive(ViewKey, Serialize, Deserialize)]
        pub enum Place {
            Top,
            Bottom,
        }

        #[derive(Event, Serialize, Deserialize)]
        pub struct $moved {
            #[tag]
            pub $key: $id,
            #[tag]
            pub title: $text,
            #[tag]
            pub place: Place,
        }

        #[derive(View, Serialize, Deserialize)]
        pub struct $view {
            #[key]
            pub $key: $id,
            #[index]
            pub title: $text,
            #[index]
            pub place: Place,
        }
    };
}

shelf!(BookId, BookMoved, Book, book: String);

fn main() {}
