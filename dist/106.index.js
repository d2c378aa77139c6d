export const id=106;export const ids=[106];export const modules={7725:((r,a,d)=>{d.d(a,{fromEnv:()=>e.sF});var e=d(4590)})};
