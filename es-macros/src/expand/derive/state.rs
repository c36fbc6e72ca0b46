use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Field};

use super::super::{hidden, snapshot};
use crate::attr::MessageArguments;
use crate::diag::Errors;
use crate::model::fingerprint;
use crate::paths::Paths;

/// `#[derive(State)]`:
///
/// ```text
/// impl State for Item {
///     const HASH: u64 = state_hash(0x…, &[<StateOf<Money>>::HASH]);
/// }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let arguments = MessageArguments::read(&input.attrs, "state", &["crate"], errors);
    let es = Paths::new(arguments.krate.as_ref()).at(input.ident.span());
    let private = es.private();
    let own = &input.ident;
    let print = fingerprint(quote!(#input));
    let fields: Vec<&Field> = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(data) => data.fields.named.iter().collect(),
    };
    let nested = snapshot::nested_hashes(fields.into_iter(), own, &es);
    let (impls, types, wheres) = input.generics.split_for_impl();
    hidden(quote_spanned! {own.span()=>
        use #private::NoState as _;
        #[automatically_derived]
        impl #impls #es::aggregate::State for #own #types #wheres {
            const HASH: u64 = #private::state_hash(#print, &[#nested]);
        }
    })
}
