package metrics

import (
	"rewriting/compute"
	"rewriting/sessions/pillow"
)

// resizePillow resizes on 8 bits, antialiased, to h x w.
func resizePillow(x *compute.Tensor, h, w int) *compute.Tensor {
	ih, iw := x.Dim(2), x.Dim(3)
	pix := make([]uint8, 3*ih*iw)
	for c := range 3 {
		for i := range ih * iw {
			pix[3*i+c] = level(x.Data[c*ih*iw+i])
		}
	}
	small := pillow.Bilinear(pix, iw, ih, 3, w, h)
	y := compute.New(1, 3, h, w)
	for c := range 3 {
		for i := range h * w {
			y.Data[c*h*w+i] = value(small[3*i+c])
		}
	}
	return y
}

// poolAverage is adaptive average pooling to h x w: output i averages the source from floor(i in/out)
// to ceil((i+1) in/out). An image of that size stays as it is.
func poolAverage(x *compute.Tensor, h, w int) *compute.Tensor {
	n, ih, iw := x.Dim(0)*x.Dim(1), x.Dim(2), x.Dim(3)
	if ih == h && iw == w {
		return x
	}
	y := compute.New(x.Dim(0), x.Dim(1), h, w)
	for p := range n {
		for i := range h {
			top, bottom := i*ih/h, ((i+1)*ih+h-1)/h
			for j := range w {
				left, right := j*iw/w, ((j+1)*iw+w-1)/w
				sum := 0.0
				for r := top; r < bottom; r++ {
					for _, v := range x.Data[(p*ih+r)*iw:][left:right] {
						sum += float64(v)
					}
				}
				y.Data[(p*h+i)*w+j] = float32(sum / float64((bottom-top)*(right-left)))
			}
		}
	}
	return y
}
