use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields, LitStr, Member};

use super::super::{hidden, line_of};
use super::{lineage, refuse_generics};
use crate::attr::{MarkedField, MessageArguments, marked_fields};
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(Event)]`:
///
/// ```text
/// impl Event for OrderCreated {
///     const NAME: &'static str = "OrderCreated";
///     const REVISION: u32 = 1;
///     type Codec = Json;
///     const TAG_KEYS: Option<&'static [&'static str]> = Some(&["email"]);
///     fn tags(&self, tags: &mut Tags) { … }
///     … // its past, see `lineage`
/// }
/// inventory::submit! { EventEntry::of::<OrderCreated>(file!(), 3) }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let known = [
        "name",
        "revision",
        "from",
        "renamed_from",
        "upcast_from",
        "upcast_into",
        "former_tags",
        "codec",
        "crate",
    ];
    let arguments = MessageArguments::read(&input.attrs, "event", &known, errors);
    if refuse_generics(input, "an event", errors) {
        return TokenStream::new();
    }
    let es = Paths::new(arguments.krate.as_ref()).at(input.ident.span());
    let private = es.private();
    let own = &input.ident;
    let name = arguments.name.as_ref().map_or_else(|| own.to_string(), LitStr::value);
    lineage::check(&arguments, &name, errors);
    let revision = arguments.revision.as_ref().map_or_else(|| quote!(0), |number| quote!(#number));
    let json = || quote!(#es::event::Json);
    let codec = arguments.codec.as_ref().map_or_else(json, ToTokens::to_token_stream);
    let tags = tags(input, &arguments.former_tags, &es, errors);
    let past = lineage::members(&arguments, &es);
    let beside = lineage::beside(own, &arguments, &es);
    let entry = quote_spanned!(own.span()=> #es::registry::EventEntry::of::<#own>);
    let line = line_of(own.span());
    hidden(quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::event::Event for #own {
            const NAME: &'static str = #name;
            const REVISION: u32 = #revision;
            type Codec = #codec;
            #tags
            #past
        }
        #beside
        #private::inventory::submit! { #entry(::core::file!(), #line) }
    })
}

/// Adds every `#[tag]` field; an absent `Option` adds none. The keys of former ones are known too.
fn tags(input: &DeriveInput, former: &[LitStr], es: &Paths, errors: &mut Errors) -> TokenStream {
    let fields = match &input.data {
        syn::Data::Struct(data) => &data.fields,
        syn::Data::Enum(data) => {
            for variant in &data.variants {
                for tagged in marked_fields(&variant.fields, &["tag"]) {
                    errors.push(tagged.mark, "`#[tag]` works on the fields of a struct");
                }
            }
            &Fields::Unit
        }
        syn::Data::Union(_) => &Fields::Unit,
    };
    let own = input.ident.span();
    let private = es.private();
    let tagged = marked_fields(fields, &["tag"]);
    let mut keys = vec![];
    let adds = tagged.iter().filter_map(|MarkedField { member, field, mark }| {
        let Member::Named(key) = member else {
            errors.push(mark, "a `#[tag]` field needs a name: it is the tag's key");
            return None;
        };
        let key = syn::ext::IdentExt::unraw(key).to_string();
        keys.push(key.clone());
        // Errors belong to the field's type; `self` and `tags` to the function around.
        let ty = &field.ty;
        let place = ty.span().resolved_at(own);
        let es = es.at(place);
        Some(quote_spanned! {place=>
            #es::event::Tags::add_value::<#ty>(tags, #key, &self.#member);
        })
    });
    let adds: Vec<_> = adds.collect();
    let today = keys.len();
    for former in former {
        let key = former.value();
        match keys.iter().position(|known| *known == key) {
            Some(index) if index < today => {
                let text = format!("`{key}` is a tag of today: leave it out of `former_tags`");
                errors.push(former, text);
            }
            Some(_) => {
                let text = format!("`former_tags` names `{key}` twice: leave one of them out");
                errors.push(former, text);
            }
            None => keys.push(key),
        }
    }
    let add = (!adds.is_empty())
        .then(|| quote_spanned!(own=> fn tags(&self, tags: &mut #es::event::Tags) { #(#adds)* }));
    quote_spanned! {own=>
        const TAG_KEYS: #private::Option<&'static [&'static str]> =
            #private::Some(&[#(#keys),*]);
        #add
    }
}
