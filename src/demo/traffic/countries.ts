/** Where invented people come from. A name in another script has its Latin spelling after a slash, for the e-mail address. */
export interface Country {
  readonly name: string;
  readonly language: string;
  readonly locale: string;
  /** ManyChat's way of telling a time zone. */
  readonly timezone: string;
  /** Numbers set aside for fiction where the country has such, else ones that look it; `#` is a digit. */
  readonly phone: string;
  readonly hello: string;
  readonly towns: readonly string[];
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
}

type Row = readonly [
  name: string,
  language: string,
  locale: string,
  timezone: string,
  phone: string,
  hello: string,
  towns: string,
  first: string,
  last: string,
];

// prettier-ignore
const rows: readonly Row[] = [
  ['United Kingdom', 'English', 'en_GB', 'UTC±00', '+447700900###', 'Hi there!', 'Leeds,Cardiff,Inverness', 'Isla,Rhys,Freya,Callum,Imogen', "O'Sullivan,Pemberton,Ashdown,McAllister"],
  ['United States', 'English', 'en_US', 'UTC-07', '+121255501##', 'Hey! 👋', 'Tucson,Boise,Duluth', 'Maya,Wyatt,Savannah,DeShawn,Chloe', 'Whitlock,Ramirez,Van der Berg,Nakai'],
  ['Canada', 'French', 'fr_CA', 'UTC-05', '+141655501##', 'Allô', 'Gatineau,Rimouski,Moncton', 'Noémie,Étienne,Maëlle,Loïc', 'Tremblay-Roy,Gélinas,Côté,Lévesque'],
  ['France', 'French', 'fr_FR', 'UTC+01', '+3363998####', 'Bonjour !', 'Angoulême,Sète,Besançon', 'Zoé,Raphaël,Léonie,Gaël,Chloé', "L'Hostis,Beauséjour,Dufrêne,d'Aubigny"],
  ['Germany', 'German', 'de_DE', 'UTC+01', '+4917139200##', 'Guten Tag', 'Görlitz,Lübeck,Gießen', 'Jörg,Käthe,Björn,Änne,Matthias', 'Müßig,von der Heide,Größler,Küstner'],
  ['Spain', 'Spanish', 'es_ES', 'UTC+01', '+34600000###', '¡Hola!', 'Logroño,Cádiz,A Coruña', 'Iñaki,Núria,Álvaro,Begoña,Inés', 'Ibáñez Muñoz,Peñalver,García-Lorente,Güell'],
  ['Mexico', 'Spanish', 'es_MX', 'UTC-06', '+525555500###', 'Qué onda', 'Mérida,Querétaro,Mazatlán', 'Ximena,Ángel,Citlali,Joaquín', 'Hernández Peña,Zúñiga,Xicoténcatl,Olmos'],
  ['Brazil', 'Portuguese', 'pt_BR', 'UTC-03', '+5511955500###', 'Oi, tudo bem?', 'São Luís,Goiânia,Florianópolis', 'João,Conceição,Thaís,Mauá,Antônio', 'da Conceição,Guimarães,Araújo,dos Anjos'],
  ['Portugal', 'Portuguese', 'pt_PT', 'UTC±00', '+351910000###', 'Olá', 'Évora,Setúbal,Guimarães', 'Inês,Simão,Graça,Tomé', 'Lourenço,Magalhães,Simões,Falcão'],
  ['Italy', 'Italian', 'it_IT', 'UTC+01', '+393200000###', 'Ciao', "L'Aquila,Forlì,Cefalù", 'Niccolò,Desirée,Giosuè,Ilaria', "D'Aloisio,Dell'Orto,Lo Presti,Ricciò"],
  ['Poland', 'Polish', 'pl_PL', 'UTC+01', '+48500000###', 'Cześć', 'Łódź,Świdnica,Gdańsk', 'Łucja,Paweł,Żaneta,Mścisław', 'Święcicka,Gołąb,Źrebiec,Wąsik'],
  ['Czechia', 'Czech', 'cs_CZ', 'UTC+01', '+420700000###', 'Ahoj', 'Olomouc,Český Krumlov,Zlín', 'Šárka,Ondřej,Zdeňka,Jiří', 'Dvořáčková,Křížek,Šťastný,Růžička'],
  ['Türkiye', 'Turkish', 'tr_TR', 'UTC+03', '+905550000###', 'Merhaba', 'İzmir,Eskişehir,Muğla', 'Çağla,Ömer,Işıl,İpek', 'Yıldız,Güneş,Şahinoğlu,Çınar'],
  ['Iceland', 'Icelandic', 'is_IS', 'UTC±00', '+3546110###', 'Halló', 'Ísafjörður,Höfn,Akureyri', 'Þóra,Sæunn,Ævar,Guðný', 'Þorvaldsdóttir,Æsudóttir,Örnsson,Birkisson'],
  ['Greece', 'Greek', 'el_GR', 'UTC+02', '+306900000###', 'Γεια σας', 'Ιωάννινα,Χανιά,Βόλος', 'Ελένη/eleni,Θωμάς/thomas,Δάφνη/dafni,Σπύρος/spyros', 'Καλογήρου/kalogirou,Ψαράς/psaras,Ξένου/xenou'],
  ['Ukraine', 'Ukrainian', 'uk_UA', 'UTC+02', '+380500000###', 'Привіт', 'Львів,Чернівці,Полтава', 'Юлія/yuliia,Їжак/izhak,Ганна/hanna,Андрій/andrii', "Кам'янська/kamianska,Щербак/shcherbak,Яценко/yatsenko"],
  ['Bulgaria', 'Bulgarian', 'bg_BG', 'UTC+02', '+359870000###', 'Здравейте', 'Пловдив,Русе,Варна', 'Цветана/tsvetana,Жельо/zhelyo,Асен/asen', 'Чолакова/cholakova,Бояджиев/boyadzhiev,Щерева/shtereva'],
  ['Israel', 'Hebrew', 'he_IL', 'UTC+02', '+972500000###', 'שלום', 'חיפה,רחובות,עכו', 'נועה/noa,יובל/yuval,שירה/shira', 'בן־עמי/ben.ami,אלון/alon,כרמי/carmi'],
  ['Egypt', 'Arabic', 'ar_AR', 'UTC+02', '+201000000###', 'مرحبا', 'أسوان,طنطا,المنصورة', 'ليلى/layla,يوسف/youssef,هبة/heba,عمر/omar', 'عبد الرحمن/abdelrahman,المصري/elmasry,شاهين/shahin'],
  ['India', 'Hindi', 'hi_IN', 'UTC+05', '+919000000###', 'नमस्ते', 'जयपुर,भोपाल,वाराणसी', 'आरव/aarav,प्रिया/priya,श्रुति/shruti,ईशान/ishaan', 'शर्मा/sharma,त्रिवेदी/trivedi,क्षत्रिय/kshatriya'],
  ['Japan', 'Japanese', 'ja_JP', 'UTC+09', '+819000000###', 'こんにちは', '金沢市,函館市,那覇市', '陽菜/hina,蓮/ren,さくら/sakura,大翔/hiroto', '髙橋/takahashi,渡邊/watanabe,五十嵐/igarashi'],
  ['South Korea', 'Korean', 'ko_KR', 'UTC+09', '+821000000###', '안녕하세요', '전주시,춘천시,제주시', '서연/seoyeon,민준/minjun,하은/haeun', '김/kim,남궁/namgung,선우/seonu'],
  ['Taiwan', 'Chinese', 'zh_TW', 'UTC+08', '+886900000###', '你好', '台南市,花蓮縣,新竹市', '怡君/yijun,志豪/zhihao,雅婷/yating', '陳/chen,歐陽/ouyang,𡍼/tu'],
  ['Thailand', 'Thai', 'th_TH', 'UTC+07', '+66800000###', 'สวัสดี', 'เชียงใหม่,ขอนแก่น,ภูเก็ต', 'พิมพ์ใจ/phimchai,ธนา/thana,ก้อย/koi', 'ศรีสุข/srisuk,วงศ์ทอง/wongthong,ใจดี/chaidi'],
  ['Vietnam', 'Vietnamese', 'vi_VN', 'UTC+07', '+84900000###', 'Xin chào', 'Huế,Đà Nẵng,Cần Thơ', 'Hương,Đức,Thảo Nguyên,Bảo', 'Nguyễn,Đặng,Trương,Lê Thị'],
  ['Nigeria', 'English', 'en_NG', 'UTC+01', '+2348000000###', 'Good day', 'Ibadan,Ẹ̀kọ́,Enugu', 'Ngozi,Ọláolú,Chidi,Ṣadé', 'Okonkwo,Adébáyọ̀,Ẹniọlá,Bello'],
  ['Kenya', 'Swahili', 'sw_KE', 'UTC+03', '+254700000###', 'Habari', 'Kisumu,Nakuru,Lamu', "Wanjikũ,Juma,Ng'endo,Achieng", "Ng'ang'a,Mwangi,Otieno"],
  ['Georgia', 'Georgian', 'ka_GE', 'UTC+04', '+995555000###', 'გამარჯობა', 'ბათუმი,ქუთაისი,თელავი', 'ნინო/nino,გიორგი/giorgi,თამარ/tamar', 'ბერიძე/beridze,კაპანაძე/kapanadze,ჯაფარიძე/japaridze'],
];

const list = (text: string) => text.split(',');

export const countries: readonly Country[] = rows.map(
  ([name, language, locale, timezone, phone, hello, towns, firstNames, lastNames]) => ({
    name, language, locale, timezone, phone, hello,
    towns: list(towns), firstNames: list(firstNames), lastNames: list(lastNames),
  }), // prettier-ignore
);
