export const id=2703;export const ids=[2703];export const modules={2703:((r,a,d)=>{d.d(a,{fromEnv:()=>e.sF});var e=d(7240)})};
