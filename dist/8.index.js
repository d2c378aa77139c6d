export const id=8;export const ids=[8];export const modules={1627:(o,s,t)=>{t.d(s,{fromEnv:()=>r.sF});var r=t(3099)}};
